import {
  checkHostTensor,
  type ErrorCode,
  type HostTensor,
  isLimbeckError,
  LimbeckError,
  type Spec,
  type TensorData,
} from '@limbeck/core';
import type { OnnxGraph } from '@limbeck/tensor';
import type { HostTensors, StepperOptions } from '../engine.js';
import { checkTensors } from '../feeds.js';
import type { EngineSettings } from './options.js';

/** What the main thread asks of the worker. */
export type Call =
  | { readonly kind: 'start'; readonly settings: EngineSettings }
  | { readonly kind: 'load'; readonly graph: Uint8Array | OnnxGraph }
  | {
      readonly kind: 'run';
      readonly runner: number;
      readonly feeds: HostTensors;
      readonly fetch: readonly string[] | undefined;
    }
  | { readonly kind: 'stepper'; readonly runner: number; readonly options: StepperOptions }
  | {
      readonly kind: 'step';
      readonly stepper: number;
      readonly feeds: HostTensors;
      readonly fetch: readonly string[] | undefined;
    }
  | {
      readonly kind: 'read';
      readonly stepper: number;
      readonly names: readonly string[] | undefined;
    }
  | { readonly kind: 'write'; readonly stepper: number; readonly state: HostTensors }
  | { readonly kind: 'disposeStepper'; readonly stepper: number }
  | { readonly kind: 'disposeRunner'; readonly runner: number }
  | { readonly kind: 'dispose' };

/** A graph that the worker has loaded. */
export interface LoadedGraph {
  readonly runner: number;
  readonly inputs: { readonly [name: string]: Spec };
  readonly outputs: { readonly [name: string]: Spec };
}

/** A call with the number that its answer carries. */
export interface Request {
  readonly id: number;
  readonly call: Call;
}

/** What is posted to the worker: a call, or that it end itself. */
export type ToWorker = Request | 'stop';

/** What the worker answers. */
export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WireError };

/** An error without its class, which cloning takes away. */
export interface WireError {
  readonly code: ErrorCode;
  readonly where: string;
  readonly given: string;
  readonly expected: string;
  readonly next: string;
  readonly cause: string | undefined;
}

/** An error made ready to be posted. */
export function toWire(error: unknown): WireError {
  if (isLimbeckError(error)) {
    const { code, where, given, expected, next, cause } = error;
    const why =
      cause === undefined ? undefined : cause instanceof Error ? cause.message : 'unknown';
    return { code, where, given, expected, next, cause: why };
  }
  return {
    code: 'worker-failed',
    where: 'nodeEngine',
    given: error instanceof Error ? (error.stack ?? error.message) : String(error),
    expected: 'the worker to answer',
    next: 'Report this: the worker met an error that it does not know.',
    cause: undefined,
  };
}

/** The error that was posted. */
export function fromWire({ cause, ...rest }: WireError): LimbeckError {
  const { code, ...details } = rest;
  return new LimbeckError(
    code,
    cause === undefined ? details : { ...details, cause: new Error(cause) },
  );
}

/**
 * Tensors made ready to be posted. Posting clones the whole memory under an array, so a view of a larger one is
 * copied out first.
 *
 * @param where - the call, for messages
 * @throws LimbeckError `invalid-data`, `dtype-mismatch`, `shape-mismatch` for what is no tensor
 */
export function compact(where: string, tensors: HostTensors): HostTensors {
  checkTensors(where, tensors);
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, value]) => {
      // The worker says which one is missing.
      if (value === undefined) return [];
      checkHostTensor(`${where}, "${name}"`, value);
      const { dtype, shape, data } = value;
      return [[name, { dtype, shape: [...shape], data: compactArray(data) }]];
    }),
  );
}

/** An array that spans its memory. */
export function compactArray<A extends TensorData>(data: A): A {
  const whole = data.byteLength === data.buffer.byteLength;
  return whole && data.buffer instanceof ArrayBuffer ? data : (data.slice() as A);
}

/** The memory of results that nobody else holds: posted without a copy. */
export function transferables(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as { [name: string]: Partial<HostTensor> | null })
    .map((each) => (typeof each === 'object' ? each?.data?.buffer : undefined))
    .filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}
