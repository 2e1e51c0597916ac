import { type HostTensor, hostTensor, type Spec } from '@limbeck/core';
import type { HostTensors, Session } from '@limbeck/runtime';

/** What a {@link FakeSession} was asked to do in one run. */
export interface Recorded {
  readonly feeds: HostTensors;
  readonly into: { readonly [output: string]: HostTensor | undefined };
}

/** A session that computes total' = total + x, doubled = 2x without any engine, and writes down how it was called. */
export class FakeSession implements Session {
  readonly inputs: { readonly [name: string]: Spec } = {
    x: { dtype: 'float32', shape: ['batch'] },
    total: { dtype: 'float32', shape: [] },
    offset: { dtype: 'float32', shape: ['batch'] },
  };
  readonly outputs: { readonly [name: string]: Spec } = {
    next: { dtype: 'float32', shape: [] },
    doubled: { dtype: 'float32', shape: ['batch'] },
  };
  readonly runs: Recorded[] = [];
  released = 0;
  /** What the next runs throw. */
  failure: Error | undefined;
  /** Resolves when a run may end. */
  gate: Promise<void> = Promise.resolve();

  async run(feeds: HostTensors, into: Recorded['into']): Promise<HostTensors> {
    this.runs.push({ feeds, into });
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    const x = feeds['x']!.data as Float32Array;
    const total = Number(feeds['total']!.data[0]) + x.reduce((sum, each) => sum + each, 0);
    const results: { [name: string]: HostTensor } = {};
    const next = into['next'];
    if (next !== undefined) (next.data as Float32Array)[0] = total;
    else if ('next' in into) results['next'] = hostTensor('float32', [], [total]);
    if ('doubled' in into) {
      results['doubled'] = hostTensor(
        'float32',
        [x.length],
        x.map((each) => 2 * each),
      );
    }
    return results;
  }

  async release(): Promise<void> {
    this.released++;
  }
}

/** A float32 vector. */
export function vector(...values: number[]): HostTensor {
  return hostTensor('float32', [values.length], values);
}

/** A float32 scalar. */
export function scalar(value: number): HostTensor {
  return hostTensor('float32', [], [value]);
}
