import { allocate, type HostTensor } from '@limbeck/core';
import type { HostTensors } from './engine.js';

function copied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape: [...shape], data: data.slice() };
}

function emptied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape: [...shape], data: allocate(dtype, data.length) };
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
   * @param written - the inputs that each step writes anew; the others need no second buffer
   */
  constructor(state: HostTensors, written: ReadonlySet<string>) {
    this.#written = written;
    for (const [name, value] of Object.entries(state)) {
      this.#front[name] = copied(value);
      this.#back[name] = written.has(name) ? emptied(value) : this.#front[name];
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
    (this.#front[name]!.data as Float32Array).set(value.data as Float32Array);
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
