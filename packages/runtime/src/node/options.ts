import os from 'node:os';
import { checkWhole } from '@limbeck/core';
import { checkOptimization } from '../optimization.js';

/** Options of {@link nodeEngine}. */
export interface NodeEngineOptions {
  /** How many threads one operator may use. @defaultValue as many as there are cores for this process */
  readonly threads?: number;
  /** The execution provider: `cpu`, or another that this build of onnxruntime-node has. @defaultValue 'cpu' */
  readonly provider?: string;
  /** Whether sessions, state and buffers live in a worker thread, so that this one stays free. @defaultValue false */
  readonly worker?: boolean;
  /** How much ONNX Runtime rewrites a graph when it is loaded. @defaultValue 'all' */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Whether memory is planned ahead by the sizes seen before; it costs memory where lengths vary. @defaultValue false */
  readonly memoryPattern?: boolean;
  /** Start of the path of a JSON file for each graph, written at dispose(), with the time of each node. @defaultValue none */
  readonly profile?: string;
  /** Ends the engine: pending calls are refused with `aborted`, later ones too. @defaultValue none */
  readonly abortSignal?: AbortSignal;
}

/** Options with their defaults filled in; what a worker is told. */
export interface EngineSettings {
  readonly threads: number;
  readonly provider: string;
  readonly optimization: 'disabled' | 'basic' | 'extended' | 'all';
  readonly memoryPattern: boolean;
  readonly profile: string | undefined;
}

/** Fills in the defaults. @throws LimbeckError `invalid-option` */
export function engineSettings(options: NodeEngineOptions): EngineSettings {
  const { threads = os.availableParallelism(), provider = 'cpu' } = options;
  const { optimization = 'all', memoryPattern = false, profile } = options;
  checkWhole('nodeEngine', { threads }, 1, 'Leave it out to use every core.');
  checkOptimization('nodeEngine', optimization);
  return { threads, provider, optimization, memoryPattern, profile };
}
