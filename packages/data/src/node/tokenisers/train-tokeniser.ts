import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkWhole, type JsonObject, LimbeckError } from '@limbeck/core';
import { checkNotEmpty } from '../../checks.js';
import { measureTokeniser, type TokeniserMeasures } from '../../tokenisers/measure-tokeniser.js';
import { tokeniser } from '../../tokenisers/tokeniser.js';
import type { SpecialTokens, Tokeniser } from '../../tokenisers/tokeniser-types.js';
import { fileError } from '../errors.js';
import { rowTexts, writeWhole } from '../write-whole.js';
import { blankTokeniser, normalised, type TrainedKind } from './blank-tokeniser.js';
import { type Corpus, type CorpusSummary, textsOf, trainingLines } from './corpus.js';
import { cutModel, leastSize } from './cut-vocabulary.js';
import { finishTokeniser } from './finish-tokeniser.js';
import { findTrainer, trainInProcess } from './training-process.js';

/** Options of {@link trainTokeniser}. */
export interface TrainTokeniserOptions {
  /** WordPiece is BERT's, BPE works on bytes and knows everything, Unigram keeps likely pieces. */
  readonly kind: TrainedKind;
  /** How many tokens, special ones included. */
  readonly size: number;
  /** The special tokens, by their part. @defaultValue BERT's: `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]` */
  readonly specialTokens?: { readonly [part in keyof SpecialTokens]: string };
  /** Whether capitals are made small. @defaultValue false */
  readonly lowercase?: boolean;
  /** Texts to measure it on. @defaultValue every twentieth text, up to 2,000, which is then not trained on */
  readonly heldOut?: readonly string[];
  /** Where `tokenizer.json` and `tokenizer_config.json` are written; the folder is there already. @defaultValue nowhere */
  readonly folder?: string;
  /** Ends the training. */
  readonly abortSignal?: AbortSignal;
}

/** How a training went. */
export interface TokeniserReport {
  /** The kind of vocabulary. */
  readonly kind: TrainedKind;
  /** The size that was asked for. */
  readonly wanted: number;
  /** The size that it has: less than wanted where the library found or gives no more. */
  readonly size: number;
  /** How the size came about, in a sentence. */
  readonly how: string;
  /** How many texts it was trained on. */
  readonly texts: number;
  /** What it makes of the texts that were kept out; absent if there were none. */
  readonly heldOut?: TokeniserMeasures;
}

/** What {@link trainTokeniser} gives. */
export interface TrainedTokeniser {
  /** Ready to use. */
  readonly tokeniser: Tokeniser;
  /** The `tokenizer.json`, which transformers.js and Python read as well. */
  readonly json: JsonObject;
  /** The `tokenizer_config.json`. */
  readonly config: JsonObject;
  /** How it went. */
  readonly report: TokeniserReport;
}

const bertTokens = { pad: '[PAD]', unknown: '[UNK]', cls: '[CLS]', sep: '[SEP]', mask: '[MASK]' };

/**
 * Learns a vocabulary from texts, by the optional peer `tokenizers`. It knows no sizes: BPE and WordPiece come with 30,000
 * tokens at most and Unigram with 8,000, which are then cut to the size, and the report says how. BPE repeats itself; the
 * other two break ties by chance, so that two trainings may differ in a few tokens: keep the file.
 *
 * @throws LimbeckError `missing-dependency` without `tokenizers` or `@huggingface/tokenizers`; `empty-data` without
 * texts; `invalid-option`; `invalid-record` for a line that cannot be read; `duplicate-name` for a special token twice;
 * `aborted`; `worker-failed`; `data-missing`, `disk-full`, `io-failed`
 */
export async function trainTokeniser(
  corpus: Corpus,
  options: TrainTokeniserOptions,
): Promise<TrainedTokeniser> {
  const { kind, size, specialTokens = bertTokens, lowercase = false, heldOut, folder } = options;
  const special = checkSpecial(kind, specialTokens);
  const least = leastSize(kind, special.length);
  checkWhole('trainTokeniser', { size }, least, `Pass ${least} or more.`);
  const library = findTrainer();
  const scratch = await mkdtemp(join(tmpdir(), 'limbeck-tokeniser-'));
  try {
    const files = {
      blank: join(scratch, 'blank.json'),
      corpus: join(scratch, 'corpus.txt'),
      trained: join(scratch, 'trained.json'),
    };
    const summary: CorpusSummary = { texts: 0, heldOut: [], characters: new Map() };
    const lines = trainingLines(textsOf(corpus), summary, {
      keepOut: heldOut === undefined,
      normalise: (text) => normalised(kind, lowercase, text),
    });
    const chunks = rowTexts(
      lines,
      (line) => line,
      () => undefined,
    );
    await writeWhole('trainTokeniser', files.corpus, chunks);
    checkNotEmpty('trainTokeniser', { length: summary.texts });
    const blank = blankTokeniser(kind, lowercase);
    await writeFile(files.blank, JSON.stringify(blank));
    await trainInProcess(library, files, options.abortSignal);

    const trained = JSON.parse(await readFile(files.trained, 'utf8')) as JsonObject;
    const { characters } = summary;
    const cut = cutModel(kind, trained['model'] as JsonObject, {
      size,
      special,
      unknown: specialTokens.unknown,
      characters,
    });
    const { json, config } = finishTokeniser(kind, blank, cut.model, specialTokens);
    const made = await tokeniser(json, config);
    const sample = heldOut ?? summary.heldOut;
    if (folder !== undefined) await save(folder, { json, config });
    return {
      tokeniser: made,
      json,
      config,
      report: {
        kind,
        wanted: size,
        size: cut.size,
        how: cut.how,
        texts: summary.texts,
        ...(sample.length === 0 ? {} : { heldOut: measureTokeniser(made, sample) }),
      },
    };
  } catch (cause) {
    throw cause instanceof LimbeckError ? cause : fileError('trainTokeniser', scratch, cause);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The special tokens' names. @throws LimbeckError `invalid-option`, `duplicate-name` */
function checkSpecial(
  kind: TrainedKind,
  specialTokens: { readonly [part in keyof SpecialTokens]: string },
): string[] {
  if (!['wordpiece', 'bpe', 'unigram'].includes(kind)) {
    throw new LimbeckError('invalid-option', {
      where: 'trainTokeniser',
      given: `kind ${JSON.stringify(kind)}`,
      expected: 'wordpiece, bpe or unigram',
      next: 'Use bpe where nothing may be unknown.',
    });
  }
  const names = Object.values(specialTokens);
  if (kind !== 'bpe' && specialTokens.unknown === undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'trainTokeniser',
      given: `specialTokens without unknown for ${kind}`,
      expected: 'a name for what the vocabulary lacks',
      next: "Add unknown: '[UNK]', or use kind: 'bpe', which knows every byte.",
    });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names;
  throw new LimbeckError('duplicate-name', {
    where: 'trainTokeniser',
    given: `the special token ${JSON.stringify(twice)} twice`,
    expected: 'a name of its own for each',
    next: 'Rename one of them.',
  });
}

async function save(
  folder: string,
  files: { readonly json: JsonObject; readonly config: JsonObject },
): Promise<void> {
  const write = (name: string, value: JsonObject): Promise<void> => {
    const chunks = rowTexts(
      [value],
      (each) => `${JSON.stringify(each, null, 1)}\n`,
      () => undefined,
    );
    return writeWhole('trainTokeniser', join(folder, name), chunks);
  };
  // The vocabulary last: where it stands, both do.
  await write('tokenizer_config.json', files.config);
  await write('tokenizer.json', files.json);
}
