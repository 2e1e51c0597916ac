/** What was looked at, and what was found. */
export interface Check {
  /** What it is, such as `onnxruntime-node`. */
  readonly name: string;
  /** `ok`; `missing`: something needed is not there; `optional`: something that some things need is not there; `broken`: it is there and fails. */
  readonly state: 'ok' | 'missing' | 'optional' | 'broken';
  /** What was found, such as a version. */
  readonly found: string;
  /** What it is for, or what to do where it is not there. */
  readonly note: string;
}

/** Whether everything that is needed is there and works. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state === 'ok' || state === 'optional');
}
