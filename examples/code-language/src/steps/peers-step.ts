import type { LabelMapping } from '@limbeck/evaluators';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Lab } from '../lab.js';
import { askPeers } from '../peers/index.js';
import { sampleOf } from '../sample.js';

/** What one peer answered to the sample. */
export interface PeerOutput {
  readonly name: string;
  /** Labels, −1 where it abstained. */
  readonly labels: readonly number[];
  /** Probabilities `[windows, languages]`, where it gives them; rows of zeros where it abstained. */
  readonly probabilities?: readonly number[];
  /** How often it gave no answer at all, and how often it named a language that is not ours. */
  readonly abstained: number;
  readonly elsewhere: number;
  readonly mapping: LabelMapping;
}

/** Asks every peer about the paired sample, in worker threads. */
export async function peersStep(
  lab: Lab,
  { abortSignal }: PipelineStepContext,
): Promise<PeerOutput[]> {
  lab.forgetFeatures();
  const { languages, test } = await lab.corpus();
  const snippets = sampleOf(test, lab.settings.perLanguage).map((index) => test[index]!);
  const answers = await askPeers({ languages, snippets, abortSignal });
  return answers.map(({ name, labels, probabilities, abstained, elsewhere, mapping }) => ({
    name,
    abstained,
    elsewhere,
    labels: [...labels],
    ...(probabilities === undefined ? {} : { probabilities: [...probabilities] }),
    mapping,
  }));
}
