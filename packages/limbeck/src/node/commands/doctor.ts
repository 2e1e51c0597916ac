import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { type Check, isHealthy } from '../doctor/check.js';
import { checkEngine } from '../doctor/engine.js';
import { checkMachine, checkRoot } from '../doctor/machine.js';
import { checkPackages } from '../doctor/packages.js';
import type { CommandIo } from '../io.js';
import { formatTable } from '../tables.js';
import { defaultRoot } from './run.js';

/** Options of {@link doctor}. */
export interface DoctorCommand {
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/**
 * Says what is installed, what computes, and what is missing with how to get it.
 *
 * @throws LimbeckError `missing-dependency` where something is missing or broken that is needed, once all is told
 */
export async function doctor(io: CommandIo, given: DoctorCommand): Promise<void> {
  const shown = given.root ?? defaultRoot;
  const packages = checkPackages(io.cwd);
  const hasEngine = packages.some(
    ({ name, state }) => name === 'onnxruntime-node' && state === 'ok',
  );
  const checks = [
    ...checkMachine(),
    ...packages,
    ...(hasEngine ? await checkEngine() : []),
    await checkRoot(path.resolve(io.cwd, shown), shown),
  ];
  const healthy = isHealthy(checks);
  if (given.json === true) io.out(JSON.stringify({ healthy, checks }, null, 2));
  else io.out(format(checks));
  if (healthy) return;
  const faults = checks.filter(({ state }) => state === 'missing' || state === 'broken');
  throw new LimbeckError('missing-dependency', {
    where: 'limbeck doctor',
    given: faults.map(({ name, found }) => `${name}: ${found}`).join('; '),
    expected: 'everything that is needed',
    next: `${faults[0]?.note ?? ''}.`,
  });
}

const marks = { ok: '✓', missing: '✗', broken: '✗', optional: '·' } as const;

function format(checks: readonly Check[]): string {
  return formatTable(
    ['', 'what', 'found', ''],
    checks.map(({ name, state, found, note }) => [marks[state], name, found, note]),
    ['left', 'left', 'left', 'left'],
  );
}
