import {
  crossEntropy,
  forwardKl,
  hiddenMse,
  jensenShannon,
  logitMse,
  onHead,
  reverseKl,
  softTargets,
  weighted,
  weightedBy,
} from '@limbeck/losses';
import type { Logits } from '@limbeck/tensor';
import { compile, uniform, uniformLabels } from '@limbeck/testing';
import { bench, do_not_optimize, run } from 'mitata';

const tasks = { cifar10: [128, 10], imagenet: [128, 1000], vocabulary: [16, 32_000] } as const;

function measure(name: string, step: () => Promise<number>): void {
  bench(name, async () => do_not_optimize(await step())).gc('inner');
}

for (const [task, shape] of Object.entries(tasks)) {
  const student = { logits: uniform(shape, 1, -4, 4) };
  const teacher = { logits: uniform(shape, 2, -4, 4) };
  const labels = uniformLabels([shape[0]], shape[1], 3);
  const pair = { student, teacher };
  for (const loss of [
    softTargets({ temperature: 4 }),
    forwardKl(),
    reverseKl(),
    jensenShannon(),
    logitMse({ centred: true }),
    weightedBy(softTargets(), (signals: { teacher: Logits }) =>
      signals.teacher.logits.stopGradient().softmax().max(-1),
    ),
  ]) {
    measure(`${loss.name} ${task}`, await compile(loss, pair));
  }
  measure(
    `crossEntropy ${task}`,
    await compile(crossEntropy({ labelSmoothing: 0.1 }), { student, labels }),
  );
  const both = weighted([
    [0.9, softTargets({ temperature: 4 })],
    [0.1, crossEntropy()],
  ]);
  measure(`${both.name} ${task}`, await compile(both, { ...pair, labels }));
  const head = { student: { topic: student }, teacher: { topic: teacher } };
  measure(`onHead ${task}`, await compile(onHead('topic', softTargets()), head));
}

const hidden = {
  student: { hidden: uniform([32, 64, 128], 1) },
  teacher: { hidden: uniform([32, 64, 256], 2) },
};
measure('hiddenMse 128 to 256, 32 x 64 tokens', await compile(hiddenMse(), hidden));

await run();
