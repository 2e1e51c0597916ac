import { checkWhole, isLimbeckError, LimbeckError } from '@limbeck/core';
import type { StudentConfig } from './config.js';
import { padBytes } from './encode.js';
import { type Explanation, logOdds, spansOf, without } from './explain.js';
import { type Prediction, predictor } from './prediction.js';
import { checkTexts, type TextReader } from './read-text.js';
import type { StudentSession } from './session.js';
import type { ExplainOptions, PredictOptions, Student } from './student.js';
import { aborted, disposed, unknownLabel } from './student-errors.js';
import { turns } from './turns.js';

/** A text as its tokens. */
type Tokens = ReturnType<TextReader>;

/** A student in this thread: texts in batches through a session. */
export class SessionStudent implements Student {
  readonly labels: readonly string[];
  readonly engine: string;
  #session: StudentSession | undefined;
  readonly #predict: (logits: Float32Array) => Prediction<string>;

  constructor(
    readonly config: StudentConfig,
    session: StudentSession,
    private readonly read: TextReader,
    private readonly lengthRead: (text: string) => number,
    private readonly batchSize: number,
  ) {
    this.labels = config.labels;
    this.engine = session.engine ?? 'own';
    this.#session = session;
    this.#predict = predictor(config);
  }

  async predict(
    texts: readonly string[],
    options: PredictOptions = {},
  ): Promise<readonly Prediction<string>[]> {
    checkTexts(texts);
    const logits = await this.#logits(texts.map(this.read), options);
    return logits.map(this.#predict);
  }

  async explain(text: string, options: ExplainOptions<string> = {}): Promise<Explanation<string>> {
    const { label: asked, maxPieces = 512 } = options;
    checkWhole('explain', { maxPieces }, 1, 'Use 512.');
    const [whole] = await this.#logits([this.read(text, 0)], options);
    const prediction = this.#predict(whole!);
    const label = asked ?? prediction.label;
    const index = this.labels.indexOf(label);
    if (index < 0) throw unknownLabel(label, this.labels);
    const length = this.lengthRead(text);
    const spans = spansOf(text.slice(0, length), maxPieces);
    // More than a deletion lets move up: a unit takes three bytes at most, and tokens are of like length.
    const near = text.slice(0, 4 * length + 1024);
    const rests = spans.map((span) => this.#rest(without(near, [span])));
    const read = rests.filter((rest) => rest !== undefined);
    const found = (await this.#logits(read, options)).values();
    // Where nothing is left to read, no label is likelier than another.
    const even = new Float32Array(this.labels.length);
    const deleted = rests.map((rest) => (rest === undefined ? even : found.next().value!));
    const before = logOdds(whole!, index);
    return {
      label,
      probability: new Map(Object.entries(prediction.probabilities)).get(label)!,
      pieces: spans.map(({ start, end }, i) => ({
        text: text.slice(start, end),
        start,
        end,
        score: before - logOdds(deleted[i]!, index),
      })),
    };
  }

  /** What is left of a text, or nothing where no token of it is. */
  #rest(text: string): Tokens | undefined {
    try {
      // What is left of one word alone is no text: a blank says as little.
      return this.read(text || ' ', 0);
    } catch (error) {
      if (isLimbeckError(error, 'empty-data')) return undefined;
      throw error;
    }
  }

  /** The logits of every text, `[labels]` each. */
  async #logits(encoded: readonly Tokens[], options: PredictOptions): Promise<Float32Array[]> {
    const { abortSignal } = options;
    // Texts of like length share a batch, so that little of it is padding.
    const order = encoded.map((_, i) => i).sort((a, b) => encoded[a]!.length - encoded[b]!.length);
    const logits = Array.from<Float32Array>({ length: encoded.length });
    const count = this.labels.length;
    const turn = turns();
    for (let start = 0; start < order.length; start += this.batchSize) {
      if (abortSignal !== undefined) await turn();
      if (abortSignal?.aborted === true) throw aborted(start, encoded.length, abortSignal);
      const rows = order.slice(start, start + this.batchSize);
      const batch = padBytes(
        rows.map((i) => encoded[i]!),
        this.config.padId,
      );
      const found = await this.#running().run(batch, rows.length);
      this.#check(found, rows.length);
      rows.forEach((i, row) => (logits[i] = found.slice(row * count, (row + 1) * count)));
    }
    return logits;
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.dispose();
  }

  #running(): StudentSession {
    if (this.#session !== undefined) return this.#session;
    throw disposed();
  }

  #check(logits: Float32Array, size: number): void {
    if (logits.length !== size * this.labels.length) {
      throw new LimbeckError('shape-mismatch', {
        where: 'predict',
        given: `${logits.length} logits for ${size} texts`,
        expected: `[${size}, ${this.labels.length}], one a label of config.json`,
        next: 'The files do not belong together: export the student again.',
      });
    }
    if (!logits.every(Number.isFinite)) {
      throw new LimbeckError('engine-failed', {
        where: 'predict',
        given: 'logits that are not finite',
        expected: 'numbers',
        next: 'The weights are damaged, or the student was exported after training had diverged: export it again.',
      });
    }
  }
}
