import { contentHash } from '@limbeck/data';
import { type StoredPredictions, topLabels } from '@limbeck/evaluators';
import type { Example } from '../example.js';
import type { System } from './systems.js';

/** What each system answered, so that a later run can be compared text by text. */
export function storedPredictions(
  items: readonly Example[],
  groups: readonly number[],
  systems: readonly System[],
  truth: readonly number[],
): StoredPredictions {
  return {
    set: 'test',
    items: items.map(({ text }) => contentHash(text).slice(0, 16)),
    labels: truth,
    groups,
    systems: systems.map(({ name, runs }) => ({
      name,
      answers: runs.map((run) => [...topLabels(run)]),
    })),
  };
}
