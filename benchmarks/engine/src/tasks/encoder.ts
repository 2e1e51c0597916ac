import type { SystemOptions } from '../protocol.js';
import { batchCount } from '../sizes.js';
import { batches, int64, startWeights } from '../start.js';
import { stepGraph } from '../step-graph.js';
import type { Task } from './task.js';

/** The transformer encoder that all systems train. */
export function encoderTask(options: SystemOptions): Task {
  const { sizes } = options;
  const text = [sizes.batch, sizes.tokens];
  return {
    ...stepGraph(startWeights(sizes), options),
    batches: batches(sizes, batchCount).map(({ ids, mask, labels }) => ({
      ids: int64(text, ids),
      mask: int64(text, mask),
      labels: int64([sizes.batch], labels),
    })),
  };
}
