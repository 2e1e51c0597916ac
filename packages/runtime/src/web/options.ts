import { checkWhole, LimbeckError } from '@limbeck/core';
import type * as OnnxruntimeWeb from 'onnxruntime-web';

/** A build of onnxruntime-web: what `import * as ort from 'onnxruntime-web/webgpu'` gives. */
export type OnnxruntimeWebModule = typeof OnnxruntimeWeb;

/** Options of {@link webEngine}. */
export interface WebEngineOptions {
  /**
   * How many threads one operator may use. The first engine of a page fixes it for all; more than one needs a page
   * that is cross-origin isolated. @defaultValue what is fixed already; else as many as there are cores, 4 at most,
   * where the page is isolated, and 1 elsewhere
   */
  readonly threads?: number;
  /** The execution provider: `wasm`, or `webgpu` where the browser has it. @defaultValue 'wasm' */
  readonly provider?: string;
  /**
   * Where the WebAssembly files of onnxruntime-web are served: the address of their folder, or of each file.
   * @defaultValue beside the script that was loaded
   */
  readonly wasmPaths?: string | { readonly mjs?: string | URL; readonly wasm?: string | URL };
  /** The build of onnxruntime-web to run on. @defaultValue `onnxruntime-web/wasm`, or `/webgpu` for that provider */
  readonly ort?: OnnxruntimeWebModule;
  /** How much ONNX Runtime rewrites a graph when it is loaded. @defaultValue 'all' */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Whether memory is planned ahead by the sizes seen before; it costs memory where lengths vary. @defaultValue false */
  readonly memoryPattern?: boolean;
  /** Ends the engine: pending calls are refused with `aborted`, later ones too. @defaultValue none */
  readonly abortSignal?: AbortSignal;
}

/** How many threads each build was started with: WebAssembly makes its threads once. */
const started = new WeakMap<object, number>();

/** Whether threads may share memory here: in a browser only where the page is isolated, in Node always. */
function isolated(): boolean {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return crossOriginIsolated ?? typeof SharedArrayBuffer !== 'undefined';
}

function defaultThreads(): number {
  const { hardwareConcurrency = 1 } =
    (globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } }).navigator ??
    {};
  return isolated() ? Math.max(1, Math.min(4, hardwareConcurrency)) : 1;
}

/**
 * Fixes the number of threads of a build.
 *
 * @returns the number
 * @throws LimbeckError `invalid-option` for what is no whole number above 0, for threads in a page that is not
 * isolated, and for another number than the build was started with
 */
export function fixThreads(ort: OnnxruntimeWebModule, wanted: number | undefined): number {
  const fixed = started.get(ort.env);
  const threads = wanted ?? fixed ?? defaultThreads();
  checkWhole('webEngine', { threads }, 1, 'Use 1, which runs in every page.');
  if (threads > 1 && !isolated()) {
    throw new LimbeckError('invalid-option', {
      where: 'webEngine',
      given: `threads ${threads} in a page that is not cross-origin isolated`,
      expected: 'threads 1, or a page whose memory threads may share',
      next: 'Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    });
  }
  if (fixed !== undefined && fixed !== threads) {
    throw new LimbeckError('invalid-option', {
      where: 'webEngine',
      given: `threads ${threads} after an engine with ${fixed}`,
      expected: `${fixed}: WebAssembly makes its threads once a page`,
      next: 'Leave threads out, or run the other engine in a Worker.',
    });
  }
  started.set(ort.env, threads);
  ort.env.wasm.numThreads = threads;
  return threads;
}
