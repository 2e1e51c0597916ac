import { LimbeckError } from '@limbeck/core';

/** Refuses options that are none of the names allowed, which would otherwise pass for a default. @throws LimbeckError `invalid-option` */
export function checkChoice(
  where: string,
  options: { readonly [name: string]: unknown },
  allowed: readonly string[],
): void {
  for (const [name, value] of Object.entries(options)) {
    if (allowed.includes(value as string)) continue;
    throw new LimbeckError('invalid-option', {
      where,
      given: `${name} ${JSON.stringify(value)}`,
      expected: allowed.map((one) => `'${one}'`).join(', '),
      next: `Use '${allowed[0]}', or leave it out.`,
    });
  }
}
