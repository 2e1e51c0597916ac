import { LimbeckError } from '@limbeck/core';

/** What callers without types may pass for options. @throws LimbeckError `invalid-option` */
export function checkOptions(where: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `${String(options)} as options`,
    expected: 'an object with options',
    next: 'Pass at least those that have no default.',
  });
}

/** What callers without types may pass for an engine. @throws LimbeckError `invalid-option` */
export function checkEngine(where: string, engine: unknown): void {
  const { load } = (engine ?? {}) as { readonly load?: unknown };
  if (typeof load === 'function') return;
  throw new LimbeckError('invalid-option', {
    where,
    given: engine === undefined ? 'no engine' : `an engine that cannot load graphs`,
    expected: 'what runs the graphs',
    next: "Pass engine: await nodeEngine(), of '@limbeck/runtime/node', or a webEngine.",
  });
}

/** What callers without types may pass for a program. @throws LimbeckError `invalid-option` */
export function checkProgram(where: string, program: unknown): void {
  const parts = (program ?? {}) as { readonly [part: string]: unknown };
  const functions = ['init', 'next'].filter((name) => typeof parts[name] !== 'function');
  const objects = ['phases', 'batches', 'students'].filter((name) => {
    const part = parts[name];
    return typeof part !== 'object' || part === null;
  });
  const missing = [...functions, ...objects];
  if (missing.length === 0) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `a program without ${missing.join(', ')}`,
    expected: 'init, phases, batches, next and students',
    next: 'Pass what distillation() makes, or write these parts.',
  });
}

/**
 * The graph's random numbers are keyed by 32 bits: a larger seed would give those of a smaller one.
 *
 * @throws LimbeckError `invalid-option`
 */
export function checkSeed(where: string, seed: number | undefined): void {
  if (seed === undefined || !(seed >= 2 ** 32)) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `seed ${seed}`,
    expected: 'a seed below 2^32',
    next: 'Take its remainder, seed % 2 ** 32, or another.',
  });
}

/** What callers without types may return from a phase. @throws LimbeckError `invalid-data` */
export function checkPhaseResult(phase: string, result: unknown): void {
  const { state, metrics } = (result ?? {}) as { readonly [part: string]: unknown };
  const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null;
  if (isObject(state) && isObject(metrics)) return;
  const parts = isObject(state) ? 'no metrics' : 'no state';
  throw new LimbeckError('invalid-data', {
    where: `phase "${phase}"`,
    given: `${result === undefined ? 'nothing' : parts} in return`,
    expected: '{ state, metrics }',
    next: 'Return the players that changed, and {} where there are no metrics.',
  });
}

/** What callers without types may pass for a folder. @throws LimbeckError `invalid-option` */
export function checkFolder(where: string, folder: unknown): void {
  if (typeof folder === 'string' && folder !== '') return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `the folder ${JSON.stringify(folder)}`,
    expected: 'the path of a folder',
    next: "Pass a path such as 'student'.",
  });
}

/** What callers without types may pass for a trained student. @throws LimbeckError `invalid-option` */
export function checkShippable(where: string, student: unknown): void {
  const { values, build } = (student ?? {}) as { readonly [part: string]: unknown };
  if (typeof values === 'object' && values !== null && typeof build === 'function') return;
  throw new LimbeckError('invalid-option', {
    where,
    given: student === undefined ? 'no student' : 'a student without values and build',
    expected: "one of the result's students",
    next: 'Pass (await train(…)).students.student, for example, or what ship() gives.',
  });
}
