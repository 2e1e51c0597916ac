import vm from 'node:vm';

const slot: { run: (() => unknown) | undefined } = { run: undefined };
const context = vm.createContext(slot);
const script = new vm.Script('run()');

/**
 * Calls a synchronous function and stops it after so many milliseconds: for decoders that damaged bytes can keep busy.
 *
 * @throws Error when the time is over; what the function throws
 */
export function runWithin<T>(timeoutMs: number, run: () => T): T {
  const outer = slot.run;
  slot.run = run;
  try {
    return script.runInContext(context, { timeout: timeoutMs }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error(`no end within ${timeoutMs} ms`, { cause: error });
  } finally {
    slot.run = outer;
  }
}
