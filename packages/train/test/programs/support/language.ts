import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Collator, type HostTensor, hostTensor, LimbeckError, Rng } from '@limbeck/core';
import { batches, prefetch } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { type CausalDecoder, causalDecoder, type TextInputs } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import type { Tensor } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { sha256 } from '../../../src/checkpoint.js';
import { answers } from './score.js';
import type { Preparing, ReadyRun } from './training-program.js';

/** A piece of text as ids of characters: what is read, and one more, which is only predicted. */
export type Piece = Int32Array;

/** Characters that a model reads at once. */
export const tokens = 48;

/** Shakespeare's plays in pieces, and the characters that they are made of. */
export interface Plays {
  readonly train: readonly Piece[];
  readonly valid: readonly Piece[];
  readonly test: readonly Piece[];
  readonly characters: readonly string[];
}

const digest = '13125fe8f49092165d7d489e3944db52d1ba546e64a60080cc9523bcd0c5e46a';

/** Reads the plays. @throws LimbeckError `data-missing` without them, or for others than these very bytes */
export async function plays(): Promise<Plays> {
  const folder = path.resolve(
    import.meta.dirname,
    '../../../../..',
    process.env['LIMBECK_DATA'] ?? '',
  );
  const file = path.join(folder, 'text/tinyshakespeare/input.txt.gz');
  let bytes: Uint8Array | undefined;
  try {
    bytes = readFileSync(file);
  } catch {
    // Said below.
  }
  if (bytes === undefined || (await sha256(bytes)) !== digest) {
    throw new LimbeckError('data-missing', {
      where: file,
      given: bytes === undefined ? 'no file' : 'other bytes',
      expected: `tinyshakespeare with sha256 ${digest}`,
      next: 'Set LIMBECK_DATA to the folder of data sets; the text is from github.com/karpathy/char-rnn.',
    });
  }
  const text = gunzipSync(bytes).toString('latin1');
  const characters = [...new Set(text)].sort();
  const idOf = new Map(characters.map((character, id) => [character, id]));
  const ids = Int32Array.from(text, (character) => idOf.get(character)!);
  const pieces = Array.from({ length: Math.floor(ids.length / (tokens + 1)) }, (_, i) =>
    ids.subarray(i * (tokens + 1), (i + 1) * (tokens + 1)),
  );
  const mixed = Rng.from(0).stream('plays').shuffle(pieces);
  return {
    train: mixed.slice(600),
    valid: mixed.slice(0, 200),
    test: mixed.slice(200, 600),
    characters,
  };
}

/** What models read of pieces: every character but the last. */
export function reading(pieces: readonly Piece[]): {
  readonly [path in keyof TextInputs]: HostTensor;
} {
  const shape = [pieces.length, tokens];
  const ids = pieces.flatMap((piece) => Array.from(piece.subarray(0, tokens)));
  const mask = new BigInt64Array(ids.length).fill(1n);
  return { ids: hostTensor('int64', shape, ids), mask: hostTensor('int64', shape, mask) };
}

/** What they are to predict: every character but the first. */
export function following(pieces: readonly Piece[]): HostTensor {
  const ids = pieces.flatMap((piece) => Array.from(piece.subarray(1)));
  return hostTensor('int64', [pieces.length, tokens], ids);
}

/** Pieces and what follows each of their characters. */
export type TextBatch = { readonly inputs: TextInputs; readonly labels: Tensor };

export const ids = { dtype: 'int64', shape: ['batch', 'tokens'] } as const;

/** Turns pieces into a batch. */
export const textCollator = {
  specs: { inputs: { ids, mask: ids }, labels: ids },
  collate: (rows: readonly Piece[]) => ({ inputs: reading(rows), labels: following(rows) }),
} as const;

/** Turns pieces into a batch without labels. */
export const pieceCollator = {
  specs: { inputs: { ids, mask: ids } },
  collate: (rows: readonly Piece[]) => ({ inputs: reading(rows) }),
} as const;

/** The mean cross-entropy of each piece, in nats a character. */
export function natsOf(logits: HostTensor, pieces: readonly Piece[]): number[] {
  const classes = logits.shape[2]!;
  const scores = logits.data as Float32Array;
  return pieces.map((piece, row) => {
    let sum = 0;
    for (let t = 0; t < tokens; t++) {
      const at = (row * tokens + t) * classes;
      const these = scores.subarray(at, at + classes);
      const top = these.reduce((most, score) => Math.max(most, score), -Infinity);
      const total = these.reduce((total, score) => total + Math.exp(score - top), 0);
      sum += top + Math.log(total) - these[piece[t + 1]!]!;
    }
    return sum / tokens;
  });
}

/** The decoder that teaches. */
export const teacherDecoder = causalDecoder({
  vocabulary: 65,
  maxTokens: 64,
  width: 64,
  layers: 2,
  heads: 4,
  feedForward: 128,
});

/** Trains the decoder that teaches, on labels alone. */
export async function trainedDecoder({ train: rows }: Plays, { seed, engine, store }: Preparing) {
  const program = distillation({
    student: teacherDecoder,
    loss: crossEntropy(),
    optimizer: adamw({ rate: cosine({ peak: 5e-3, warmup: 0.1 }) }),
    batches: prefetch(
      batches<Piece, TextBatch>(rows, { batchSize: 24, collator: textCollator, seed }),
    ),
    steps: 350,
  });
  const options = { engine, seed, checkpoints: store };
  const { students, best } = await train(program, options);
  return {
    parameters: best.student.parameters,
    /** Logits of every character of pieces, `[tokens · vocabulary]` a piece. */
    logits: async (pieces: readonly Piece[]): Promise<Float32Array[]> => {
      const made: Float32Array[] = [];
      for (let i = 0; i < pieces.length; i += 200) {
        const some = pieces.slice(i, i + 200);
        const { logits } = await answers(students['student']!, reading(some), engine, ['logits']);
        const size = logits!.data.length / some.length;
        some.forEach((_, row) =>
          made.push((logits!.data as Float32Array).slice(row * size, (row + 1) * size)),
        );
      }
      return made;
    },
  };
}

/** A piece with its teacher's logits. */
export type Taught = { readonly piece: Piece; readonly logits: Float32Array };
/** A batch of them. */
export type TaughtBatch = {
  readonly inputs: TextInputs;
  readonly teacher: { readonly logits: Tensor };
};

/** Asks a teacher once for all pieces. */
export async function withLogits(
  pieces: readonly Piece[],
  teacher: { logits(pieces: readonly Piece[]): Promise<Float32Array[]> },
): Promise<Taught[]> {
  const all = await teacher.logits(pieces);
  return pieces.map((piece, i) => ({ piece, logits: all[i]! }));
}

/** Turns taught pieces into a batch. */
export const taughtCollator: Collator<Taught, TaughtBatch> = {
  specs: {
    inputs: { ids, mask: ids },
    teacher: { logits: { dtype: 'float32', shape: ['batch', 'tokens', 65] } },
  },
  collate: (rows) => {
    const data = new Float32Array(rows.length * tokens * 65);
    rows.forEach(({ logits }, i) => data.set(logits, i * tokens * 65));
    const logits = hostTensor('float32', [rows.length, tokens, 65], data);
    return { inputs: reading(rows.map(({ piece }) => piece)), teacher: { logits } };
  },
};

/** The mean of numbers. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How a decoder becomes files and is scored: nats a character of each piece of the test set. */
export function decoderRun(
  model: CausalDecoder,
  { valid, test }: Plays,
): Omit<ReadyRun, 'program'> {
  return {
    exports: {
      student: {
        model: model.config,
        names: { inputs: { ids: 'ids', mask: 'mask' }, outputs: { logits: 'logits' } },
        probes: [reading(valid.slice(0, 1)), reading([...valid, ...test].slice(0, 256))],
      },
    },
    items: async ({ student }, engine) => {
      const { logits } = await answers(student!, reading(test), engine, ['logits']);
      return natsOf(logits!, test);
    },
  };
}
