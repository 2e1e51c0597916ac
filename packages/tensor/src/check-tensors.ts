import { LimbeckError } from '@limbeck/core';

/** Whether a value is a tensor of a graph; one of another copy of this package counts. */
function isTensor(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly node?: unknown }).node === 'object' &&
    Array.isArray((value as { readonly shape?: unknown }).shape)
  );
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('data' in value) return 'values on the host';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** What callers without types may pass for tensors, by what they are called. @throws LimbeckError `invalid-data` */
export function checkTensors(where: string, tensors: { readonly [what: string]: unknown }): void {
  for (const [what, value] of Object.entries(tensors)) {
    if (isTensor(value)) continue;
    throw new LimbeckError('invalid-data', {
      where,
      given: `${shown(value)} as ${what}`,
      expected: 'a tensor of a graph',
      next: 'Pass what input(), constant() or another operator gave.',
    });
  }
}

/** What callers without types may pass for named tensors. @throws LimbeckError `invalid-data` */
export function checkNamedTensors(where: string, tensors: unknown, kind: string): void {
  if (typeof tensors !== 'object' || tensors === null) {
    return checkTensors(where, { [`the ${kind}s`]: tensors });
  }
  for (const [name, value] of Object.entries(tensors as { readonly [name: string]: unknown })) {
    checkTensors(where, { [`${kind} "${name}"`]: value });
  }
}

/** What callers without types may pass for a plan of segments. @throws LimbeckError `invalid-data` */
export function checkPlan(where: string, plan: unknown): void {
  const { buckets, order } = (plan ?? {}) as { readonly [part: string]: unknown };
  if (!Array.isArray(buckets)) {
    throw new LimbeckError('invalid-data', {
      where,
      given: `${shown(plan)} as the plan`,
      expected: 'buckets and order, as tensors of a graph',
      next: "Pass inputsFor(segmentPlanSpecs(…), 'plan'), and feed what segmentPlan() made.",
    });
  }
  checkTensors(where, { "the plan's order": order });
  checkNamedTensors(where, buckets, "plan's bucket");
}
