import { exampleLoss, type Logits, stopGradient } from '@limbeck/tensor';
import { checkLoss, compile, evaluate, expectGradient, uniform } from '@limbeck/testing';
import { bench, do_not_optimize, run } from 'mitata';

interface Needs {
  readonly student: Logits;
  readonly teacher: Logits;
}

const divergence = exampleLoss('divergence', ({ student, teacher }: Needs) => {
  const logP = stopGradient(teacher.logits).logSoftmax();
  return logP.exp().mul(logP.sub(student.logits.logSoftmax())).sum(-1);
});

const signals = (shape: readonly [number, number]) => ({
  student: { logits: uniform(shape, 1) },
  teacher: { logits: uniform(shape, 2) },
});

const small = signals([4, 5]);
bench('evaluate, [4, 5]', async () => do_not_optimize(await evaluate(divergence, small)));
bench('expectGradient, [4, 5]', () => expectGradient(divergence, small, 'student.logits'));
bench('the fact "weights", [4, 5]', () => checkLoss('weights', () => divergence, small));

const step = await compile(divergence, signals([128, 1000]));
bench('a compiled step, [128, 1000]', async () => do_not_optimize(await step())).gc('inner');

await run();
await step.dispose();
