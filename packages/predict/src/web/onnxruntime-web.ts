import { LimbeckError } from '@limbeck/core';
import type { OnnxRuntime, SessionFactory } from '../session.js';

/** As much of `onnxruntime-web` as is used here. */
export interface OnnxRuntimeWeb extends OnnxRuntime {
  /** Settings that count until the first session is made. */
  readonly env: { readonly wasm: { wasmPaths?: unknown; numThreads?: number | undefined } };
}

/** What the address of a package that a page does not have is called, in the words of each engine. */
const missing =
  /resolve module specifier|bare specifier|Module name|Cannot find (package|module)|not found in import map|not a dependency|Failed to (fetch|resolve)/i;

/**
 * ONNX Runtime for browsers, which is an optional peer.
 *
 * @param load - Imports the module.
 * @throws LimbeckError `engine-missing`; `engine-failed` where it is there and does not load
 */
export async function loadOnnxRuntimeWeb(
  load: () => Promise<unknown> = () => import('onnxruntime-web/wasm'),
): Promise<OnnxRuntimeWeb> {
  try {
    const module = (await load()) as OnnxRuntimeWeb & { readonly default?: OnnxRuntimeWeb };
    return module.InferenceSession === undefined ? module.default! : module;
  } catch (cause) {
    const given = cause instanceof Error ? cause.message : String(cause);
    if (!missing.test(given)) {
      throw new LimbeckError('engine-failed', {
        where: 'loadStudent',
        given: `onnxruntime-web, which failed to load: ${given}`,
        expected: 'its scripts where they are served',
        next: 'Check the network panel for files that were not found.',
        cause,
      });
    }
    throw new LimbeckError('engine-missing', {
      where: 'loadStudent',
      given: 'no package onnxruntime-web',
      expected: 'version 1.30 or later',
      next: 'Run npm install onnxruntime-web, or npm install @limbeck/tensor to run without it. A page without a bundler names it in its import map.',
      cause,
    });
  }
}

/**
 * Lets the calls into onnxruntime-web run one after another: it keeps arguments on one stack and waits in between, so two
 * at once would write over each other's.
 */
export function oneAtATime(sessions: SessionFactory): SessionFactory {
  const inTurn = <R>(call: () => Promise<R>): Promise<R> => {
    const turn = last.then(call, call);
    last = turn;
    return turn;
  };
  return (model) =>
    inTurn(async () => {
      const session = await sessions(model);
      return {
        ...session,
        run: (batch, size) => inTurn(() => session.run(batch, size)),
        dispose: () => inTurn(() => session.dispose()),
      };
    });
}

let last: Promise<unknown> = Promise.resolve();
