/** How a loss is called in its file, in calls and in types. */
export interface LossNames {
  /** `total-variation`. */
  readonly file: string;
  /** `totalVariation`. */
  readonly call: string;
  /** `TotalVariation`. */
  readonly type: string;
}

/** The three forms of a name. */
export function lossNames(file: string): LossNames {
  const words = file.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  const type = words.join('');
  return { file, type, call: type.slice(0, 1).toLowerCase() + type.slice(1) };
}

/** The loss: a stand-in equation under the name. */
export function lossTemplate({ call, type }: LossNames): string {
  return `import { exampleLoss, type Logits, type Loss, stopGradient } from '@limbeck/tensor';
import { checkLogits } from './checks.js';

/** What {@link ${call}} needs of a batch. */
export interface ${type}Needs {
  /** Logits, \`[batch, classes]\`. */
  readonly student: Logits;
  /** Likewise; a constant, into which no gradient flows. */
  readonly teacher: Logits;
}

/**
 * Mean squared gap of the class distributions, without a unit, one an example.
 *
 * \`\`\`text
 * L = 1/C Σ_c (p_c − q_c)²      p = softmax(teacher.logits), C classes
 *                               q = softmax(student.logits)
 * \`\`\`
 *
 * @throws LimbeckError \`missing-signal\` or \`shape-mismatch\`, when applied, if the two logits differ in shape.
 */
export function ${call}(): Loss<${type}Needs> {
  return exampleLoss('${call}', ({ student, teacher }: ${type}Needs) => {
    checkLogits('${call}', student, teacher);
    const p = stopGradient(teacher.logits).logSoftmax().exp();
    const q = student.logits.logSoftmax().exp();
    const gap = p.sub(q);
    return gap.mul(gap).mean(-1);
  });
}
`;
}

/** Its test: a value by hand, what every loss owes, what is refused. */
export function testTemplate({ call }: LossNames): string {
  return `import { ${call} } from '@limbeck/losses';
import { evaluate, logitPairs } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { describe, expect, test } from 'vitest';

describe('${call}', () => {
  test('agrees with a value worked out by hand', async () => {
    // p = (3/4, 1/4) and q = (1/2, 1/2): both gaps are 1/4.
    const loss = await evaluate(${call}(), one([0, 0], [Math.log(3), 0]));
    expect(loss).toBeCloseTo(1 / 16, 5);
  });

  test('is 0 where both agree', async () => {
    expect(await evaluate(${call}(), one([1, -2, 3], [1, -2, 3]))).toBeCloseTo(0, 6);
  });

  test('refuses logits of different classes', async () => {
    const call = evaluate(${call}(), one([0, 0], [0, 0, 0]));
    await expect(call).rejects.toMatchObject({ code: 'shape-mismatch' });
  });
});

lossContract(() => ${call}(), logitPairs);

/** Signals of one example. */
function one(student: number[], teacher: number[]) {
  return { student: { logits: [student] }, teacher: { logits: [teacher] } };
}
`;
}

/** Its benchmark on real sizes. */
export function benchTemplate({ call }: LossNames): string {
  return `import { ${call} } from '@limbeck/losses';
import { compile, uniform } from '@limbeck/testing';
import { bench, do_not_optimize, run } from 'mitata';

const tasks = { cifar10: [128, 10], imagenet: [128, 1000] } as const;

for (const [task, shape] of Object.entries(tasks)) {
  // Compiled outside the clock: a training run pays for it once.
  const step = await compile(${call}(), {
    student: { logits: uniform(shape, 1) },
    teacher: { logits: uniform(shape, 2) },
  });
  bench(\`${call} \${task}\`, async () => do_not_optimize(await step())).gc('inner');
}

await run();
`;
}
