// Bundled, and run in a page: one system, which takes steps when it is told to.
import { webEngine } from '@limbeck/runtime/web';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Ready, System, SystemOptions } from '../protocol.js';
import { limbeckStep } from '../systems/limbeck-step.js';
import { tfjsStep } from '../systems/tfjs-step.js';

/** What a block of steps took, as far as a page knows. */
export interface PageBlock {
  readonly stepMs: readonly number[];
  readonly losses: readonly number[];
}

const files = (package_: string): string => new URL(`/${package_}/`, location.href).href;

async function limbeck(options: SystemOptions): Promise<System> {
  const { threads } = options;
  return limbeckStep(await webEngine({ threads, wasmPaths: files('onnxruntime-web') }), options);
}

async function tfjs(options: SystemOptions): Promise<System> {
  const { threads } = options;
  setWasmPaths(files('tfjs-backend-wasm'));
  setThreadsCount(threads);
  await tf.setBackend('wasm');
  await tf.ready();
  const simd = tf.env().getBool('WASM_HAS_SIMD_SUPPORT') ? 'SIMD, ' : '';
  // It takes no more than half of the cores, whatever it is asked for.
  const used = threads === 1 ? 1 : getThreadsCount();
  const asked = used === threads ? '' : ` of ${threads} asked for`;
  return tfjsStep(options, `WASM, ${simd}${used} ${used === 1 ? 'thread' : 'threads'}${asked}`);
}

let system: System;

/** Sets the system up. */
async function start(options: SystemOptions): Promise<Ready & { readonly isolated: boolean }> {
  system = await (options.system === 'tfjs' ? tfjs : limbeck)(options);
  const { version, runsOn } = system;
  return { version, runsOn, isolated: crossOriginIsolated };
}

/** Takes steps. */
async function run(steps: number): Promise<PageBlock> {
  const [stepMs, losses]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    losses.push(await system.step());
    stepMs.push(performance.now() - begin);
  }
  return { stepMs, losses };
}

Object.assign(globalThis, { bench: { start, run } });
