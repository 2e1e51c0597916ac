import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { System, SystemOptions } from '../protocol.js';
import { tfjsStep } from './tfjs-step.js';

/** TensorFlow.js on its WASM backend, which has one thread in Node. */
export async function tfjs(options: SystemOptions): Promise<System> {
  const folder = path.dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm')));
  setWasmPaths(`${folder}${path.sep}`);
  await tf.setBackend('wasm');
  await tf.ready();
  const simd = tf.env().getBool('WASM_HAS_SIMD_SUPPORT') ? 'SIMD, ' : '';
  return tfjsStep(options, `WASM, ${simd}1 thread`);
}
