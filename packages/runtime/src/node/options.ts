import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkWhole, LimbeckError } from '@limbeck/core';
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
  /**
   * Start of the path of a JSON file for each graph, written at dispose(), with the time of each node; its folder must be
   * there. @defaultValue none
   */
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
  if (profile !== undefined) checkProfile(profile);
  return { threads, provider, optimization, memoryPattern, profile };
}

/** ONNX Runtime says nothing where it cannot write. @throws LimbeckError `invalid-option` */
function checkProfile(profile: string): void {
  const folder = typeof profile === 'string' ? path.dirname(path.resolve(profile)) : undefined;
  if (folder !== undefined && isFolder(folder)) return;
  throw new LimbeckError('invalid-option', {
    where: 'nodeEngine',
    given: `profile ${JSON.stringify(profile)}`,
    expected: 'the start of a path in a folder that exists',
    next: folder === undefined ? "Pass 'profiles/run', for example." : `Make the folder ${folder}.`,
  });
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    // Nothing is there, or it may not be looked at: no folder to write into.
    return false;
  }
}
