import type { Logger } from '@limbeck/core';
import type { NgramClassifier } from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Corpus, loadCorpus } from './corpus/index.js';
import {
  computeFeatures,
  type FeatureParts,
  informativeBuckets,
  studentModel,
} from './features.js';
import type { Candidate, Settings } from './settings.js';

interface Kept<T> {
  readonly key: string;
  readonly made: Promise<T>;
}

/**
 * What steps share within one process and can be made again in the next: the corpus, the engine, and features. Each is
 * made when first asked for, so that a run whose steps are all done makes none of them.
 */
export class Lab {
  #corpus: Promise<Corpus> | undefined;
  #engine: Promise<Engine> | undefined;
  #table: Kept<Int32Array> | undefined;
  #features: Kept<FeatureParts> | undefined;

  /**
   * A lab for a run of these settings.
   *
   * @param trainWindows - how many training windows are used, spread evenly; all of them without
   */
  constructor(
    readonly settings: Settings,
    readonly logger?: Logger,
    readonly trainWindows?: number,
  ) {}

  /** The corpus, read once. */
  corpus(): Promise<Corpus> {
    this.#corpus ??= this.#read();
    return this.#corpus;
  }

  async #read(): Promise<Corpus> {
    const { smoke } = this.settings;
    const corpus = await loadCorpus({
      smoke,
      ...(this.logger === undefined ? {} : { logger: this.logger }),
    });
    const most = this.trainWindows ?? Infinity;
    const { length } = corpus.train;
    if (length <= most) return corpus;
    const train = Array.from(
      { length: most },
      (_, i) => corpus.train[Math.floor((i * length) / most)]!,
    );
    return { ...corpus, train };
  }

  /** ONNX Runtime on all cores. */
  engine(): Promise<Engine> {
    this.#engine ??= nodeEngine();
    return this.#engine;
  }

  /** The student of a form; which buckets are features follows from the teacher's logits of the training windows. */
  async model(candidate: Candidate, teacher: readonly Float32Array[]): Promise<NgramClassifier> {
    const corpus = await this.corpus();
    const key = featureKey(candidate);
    if (this.#table?.key !== key) {
      const made = informativeBuckets(corpus.train, teacher, candidate);
      this.#table = { key, made: Promise.resolve(made) };
    }
    return studentModel(corpus, await this.#table.made, candidate, this.settings);
  }

  /** Features of every snippet; those asked for last are kept, since they fill a third of a gigabyte. */
  features(candidate: Candidate, teacher: readonly Float32Array[]): Promise<FeatureParts> {
    const key = featureKey(candidate);
    if (this.#features?.key !== key) {
      this.#features = { key, made: this.#compute(candidate, teacher) };
    }
    return this.#features.made;
  }

  async #compute(candidate: Candidate, teacher: readonly Float32Array[]): Promise<FeatureParts> {
    const model = await this.model(candidate, teacher);
    return computeFeatures(await this.engine(), model, await this.corpus(), this.settings);
  }

  /** Lets the features go, before steps that need the memory for other things. */
  forgetFeatures(): void {
    this.#features = undefined;
  }

  /** Lets the engine go. */
  async dispose(): Promise<void> {
    const engine = await this.#engine;
    await engine?.dispose();
  }
}

/** Forms with equal keys read equal features. */
function featureKey({ buckets, features }: Candidate): string {
  return `${buckets} ${features}`;
}
