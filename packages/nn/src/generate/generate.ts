import { checkWhole, LimbeckError } from '@limbeck/core';
import { adjustedLogits, type LogitsHook } from './adjust-logits.js';
import { beamSearch } from './beam-search.js';
import {
  checkSample,
  likeliest,
  logSumExp,
  type SampleOptions,
  sampleToken,
} from './choose-token.js';
import type { GenerationFunctions } from './generation-graphs.js';
import { Sequences } from './sequences.js';

/** How many sequences a beam search keeps, and how it weighs their length. */
export interface BeamOptions {
  /** Sequences kept for each prompt. */
  readonly width: number;
  /** The power of the length that log probabilities are divided by; above 0 favours long ones. @defaultValue 1 */
  readonly lengthPenalty?: number;
}

/** Options of {@link generate}. */
export interface GenerateOptions {
  /** The most tokens to make for a prompt. */
  readonly maxNewTokens: number;
  /** Ids that end a sequence. @defaultValue none */
  readonly stop?: readonly number[];
  /** Draws tokens. @defaultValue the likeliest token is taken */
  readonly sample?: SampleOptions;
  /** Searches over several sequences at once; not together with `sample`. */
  readonly beams?: BeamOptions;
  /** Changes logits before a token is chosen; not asked about sequences that have ended. */
  readonly logits?: LogitsHook;
  /**
   * The longest sequence that the model takes. Where the longest prompt gets there, generation ends for all, as if by
   * `maxNewTokens`.
   */
  readonly maxTokens?: number;
  /** The id that fills short prompts up; masked, so any known id will do. @defaultValue 0 */
  readonly pad?: number;
  /** Ends the generation with the error `aborted`. */
  readonly abortSignal?: AbortSignal;
}

/** What was made from one prompt. */
export interface Generated {
  /** The new tokens; the stop token, where one ended it, is the last. */
  readonly tokens: readonly number[];
  /** What ended it: a stop token, or its length. */
  readonly ended: 'stop' | 'length';
  /** The sum of the tokens' log probabilities, in nats, after the hook and before the temperature. */
  readonly logProbability: number;
}

/**
 * Continues prompts token by token: greedily, by drawing, or by beam search. Pure: the same functions, prompts, options
 * and generator give the same tokens, and with one engine a prompt's tokens do not depend on those beside it but for
 * rounding.
 *
 * @param functions - what evaluates the decoder's graphs ({@link generationGraphs})
 * @param prompts - ids, at least one each
 * @returns one an input, in their order
 * @throws LimbeckError `invalid-option`; `invalid-data` for a prompt without tokens, with ids that are no whole numbers
 * or longer than `maxTokens`, or if the hook forbids every token; `missing-signal`, `shape-mismatch` if the functions give
 * something else than a decoder's outputs; `non-finite-data` for logits that are NaN; `aborted`
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { generate } from '@limbeck/nn';
 *
 * // A "model" that always says 2.
 * const functions = { prefill: async () => ({ next: hostTensor('float32', [1, 3], [0, 0, 1]) }) };
 * const [made] = await generate(functions, [[0]], { maxNewTokens: 5, stop: [2] });
 * console.log(made?.tokens, made?.ended); // [ 2 ] stop
 * ```
 */
export async function generate(
  functions: GenerationFunctions,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<readonly Generated[]> {
  const { beams, sample, pad = 0, logits: hook, maxNewTokens, abortSignal } = options;
  checkOptions(options);
  if (prompts.length === 0) return [];
  checkPrompts(prompts, options);
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const steps = Math.min(maxNewTokens, (options.maxTokens ?? Infinity) - longest);
  const stop = new Set(options.stop);
  const check = (): void => {
    if (abortSignal?.aborted === true) refuseAborted(abortSignal);
  };
  if (beams !== undefined) {
    const { width, lengthPenalty = 1 } = beams;
    const rows = prompts.flatMap((prompt) => Array.from({ length: width }, () => prompt));
    const sequences = new Sequences(functions, rows, { pad, maxNewTokens: steps });
    const search = { width, lengthPenalty, steps, stop, hook, pad, check };
    return beamSearch(sequences, { prompts: prompts.length, ...search });
  }

  const sequences = new Sequences(functions, prompts, { pad, maxNewTokens: steps });
  const streams = prompts.map((_, row) => sample?.rng.stream(`prompt/${row}`));
  const made = prompts.map(() => ({ tokens: [] as number[], ended: false, logProbability: 0 }));
  for (let step = 0; step < steps && made.some(({ ended }) => !ended); step++) {
    check();
    const all = await adjustedLogits(sequences, hook, {
      made: step,
      promptOf: (row) => row,
      goesOn: (row) => !made[row]!.ended,
    });
    const chosen = all.map((logits, row) => {
      const own = made[row]!;
      if (own.ended) return pad;
      const rng = streams[row];
      const token = rng === undefined ? likeliest(logits) : sampleToken(logits, { ...sample, rng });
      own.tokens.push(token);
      own.logProbability += logits[token]! - logSumExp(logits);
      own.ended = stop.has(token);
      return token;
    });
    sequences.push(chosen);
  }
  return made.map(({ ended, ...rest }) => ({ ...rest, ended: ended ? 'stop' : 'length' }));
}

function checkOptions({ maxNewTokens, maxTokens, sample, beams, pad = 0 }: GenerateOptions): void {
  checkWhole('generate', { maxNewTokens }, 1, 'Pass how many tokens to make at most.');
  checkWhole('generate', { pad }, 0, 'Pass an id that the model knows.');
  if (maxTokens !== undefined) {
    checkWhole('generate', { maxTokens }, 1, 'Pass what the decoder was made with.');
  }
  if (sample !== undefined) checkSample(sample);
  if (beams === undefined) return;
  checkWhole('generate', { 'beams.width': beams.width }, 1, 'Leave beams out for one sequence.');
  const { lengthPenalty = 1 } = beams;
  if (Number.isFinite(lengthPenalty) && sample === undefined) return;
  throw new LimbeckError('invalid-option', {
    where: 'generate',
    given: sample === undefined ? `lengthPenalty ${lengthPenalty}` : 'beams and sample',
    expected: sample === undefined ? 'a finite number' : 'one of both',
    next: 'Leave one of them out.',
  });
}

function checkPrompts(
  prompts: readonly (readonly number[])[],
  { maxTokens = Infinity }: GenerateOptions,
): void {
  for (const [i, prompt] of prompts.entries()) {
    const wrong = prompt.find((id) => !Number.isSafeInteger(id) || id < 0);
    if (prompt.length > 0 && wrong === undefined && prompt.length < maxTokens) continue;
    throw new LimbeckError('invalid-data', {
      where: `generate, prompt ${i}`,
      given: wrong === undefined ? `${prompt.length} tokens` : `the id ${wrong}`,
      expected:
        wrong === undefined
          ? `at least 1${maxTokens < Infinity ? ` and below ${maxTokens}` : ''}`
          : 'whole numbers of at least 0',
      next: 'Start from a begin token, and cut long prompts.',
    });
  }
}

function refuseAborted(abortSignal: AbortSignal): never {
  throw new LimbeckError('aborted', {
    where: 'generate',
    given: 'an abort signal that fired',
    expected: 'to make all tokens first',
    next: 'Call generate() again to start over.',
    cause: abortSignal.reason,
  });
}
