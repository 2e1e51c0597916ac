import { allocate, type HostTensor } from '@limbeck/core';
import type { HostTensors } from './engine.js';

function copied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape: [...shape], data: data.slice() };
}

/** An empty buffer for a value of this dtype and shape; undefined if it may lie anywhere. */
export type NewBuffer = (value: HostTensor, name: string) => HostTensor | undefined;

function emptied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape: [...shape], data: allocate(dtype, data.length) };
}

function set(into: HostTensor, { data }: HostTensor): HostTensor {
  (into.data as Float32Array).set(data as Float32Array);
  return into;
}

/**
 * Two sets of buffers for what a graph writes: it reads the front set and writes the back one, then they swap. So no
 * node ever writes a buffer that another may still read, and a step that fails leaves the front as it was.
 */
export class BufferSets {
  #front: { [input: string]: HostTensor } = {};
  #back: { [input: string]: HostTensor } = {};
  readonly #written: ReadonlySet<string>;

  /**
   * @param state - where it starts; copied
   * @param written - the inputs that the graph writes anew on each step; the others need no second buffer
   * @param place - where buffers come from. @defaultValue memory of their own
   */
  constructor(state: HostTensors, written: ReadonlySet<string>, place?: NewBuffer) {
    this.#written = written;
    const buffer = (value: HostTensor, name: string): HostTensor =>
      place?.(value, name) ?? emptied(value);
    for (const [name, value] of Object.entries(state)) {
      this.#front[name] = set(buffer(value, name), value);
      this.#back[name] = written.has(name) ? buffer(value, name) : this.#front[name];
    }
  }

  /** Takes every buffer as it is seen now, where the memory that it lies in may have grown. */
  renew(renewed: (buffer: HostTensor) => HostTensor): void {
    for (const buffers of [this.#front, this.#back]) {
      for (const [name, buffer] of Object.entries(buffers)) buffers[name] = renewed(buffer);
    }
  }

  /** The set that holds the state. */
  get front(): HostTensors {
    return this.#front;
  }

  /** The set that the next step writes. */
  get back(): HostTensors {
    return this.#back;
  }

  /** Makes what was written the state. */
  swap(): void {
    [this.#front, this.#back] = [this.#back, this.#front];
  }

  /** A copy of one part of the state. */
  read(name: string): HostTensor {
    return copied(this.#front[name]!);
  }

  /** Replaces one part of the state by a copy of a value of the same dtype and shape. */
  write(name: string, value: HostTensor): void {
    set(this.#front[name]!, value);
  }

  /** Lets the buffers go. */
  clear(): void {
    this.#front = {};
    this.#back = {};
  }

  /** Whether each step writes this part of the state. */
  writes(name: string): boolean {
    return this.#written.has(name);
  }
}
