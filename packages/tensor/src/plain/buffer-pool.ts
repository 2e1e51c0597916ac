import type { DType } from '@limbeck/core';
import { bytesOf, type Store, viewOf } from './store.js';

/** Free memory beyond this is left to the garbage collector, so that one huge batch does not stay for ever. */
const mostFreeBytes = 2 ** 26;

/** Memory that is used again: what one node needed serves the next, and the next run. Sizes are powers of two. */
export class BufferPool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** An array whose elements may be anything. */
  take(dtype: DType, length: number): Store {
    const size = Math.max(64, 2 ** Math.ceil(Math.log2(length * bytesOf[dtype])));
    const found = this.#free.get(size)?.pop();
    if (found !== undefined) this.#freeBytes -= size;
    return viewOf(dtype, found ?? new ArrayBuffer(size), length);
  }

  /** Gives memory back that {@link take} gave; the array is not to be used any more. */
  give(store: Store): void {
    const { buffer } = store as { buffer: ArrayBuffer };
    const size = buffer.byteLength;
    if (this.#freeBytes + size > mostFreeBytes) return;
    this.#freeBytes += size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
  }
}
