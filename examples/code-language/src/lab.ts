import type { Logger } from '@limbeck/core';
import type { NgramClassifier } from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Corpus, loadCorpus } from './corpus/index.js';
import { computeFeatures, type FeatureParts, studentModel } from './features.js';
import type { Candidate, Settings } from './settings.js';

/** A student's form with the features of every snippet. */
export interface Equipment {
  readonly model: NgramClassifier;
  readonly features: FeatureParts;
}

/**
 * What steps share within one process and can be made again in the next: the corpus, the engine, and features. Each is
 * made when first asked for, so that a run whose steps are all done makes none of them.
 */
export class Lab {
  #corpus: Promise<Corpus> | undefined;
  #engine: Promise<Engine> | undefined;
  #equipment: { readonly key: string; readonly made: Promise<Equipment> } | undefined;

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

  /** Model and features of a form; those of the form asked for last are kept, since they fill half a gigabyte. */
  equipment(candidate: Candidate, teacher: readonly Float32Array[]): Promise<Equipment> {
    const key = `${candidate.buckets} ${candidate.features} ${candidate.hidden.join()}`;
    if (this.#equipment?.key !== key)
      this.#equipment = { key, made: this.#equip(candidate, teacher) };
    return this.#equipment.made;
  }

  async #equip(candidate: Candidate, teacher: readonly Float32Array[]): Promise<Equipment> {
    const corpus = await this.corpus();
    const model = studentModel(corpus, teacher, candidate, this.settings);
    const features = await computeFeatures(await this.engine(), model, corpus, this.settings);
    return { model, features };
  }

  /** Lets the engine go. */
  async dispose(): Promise<void> {
    const engine = await this.#engine;
    await engine?.dispose();
  }
}
