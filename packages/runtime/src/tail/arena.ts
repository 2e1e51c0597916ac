import { type DType, type HostTensor, LimbeckError, sizeOf, type Spec } from '@limbeck/core';

/** The element types that loops read and write. */
const arrays = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
} as const;

const isHeld = (dtype: DType): dtype is keyof typeof arrays => Object.hasOwn(arrays, dtype);

const pageBytes = 65_536;
/** Whole cache lines, as ONNX Runtime's own buffers have. */
const alignment = 64;

/** How many bytes of an {@link Arena} a tensor takes. */
export function arenaBytes({ dtype, shape }: Spec): number {
  const width = isHeld(dtype) ? arrays[dtype].BYTES_PER_ELEMENT : 4;
  return Math.ceil((sizeOf(shape as number[]) * width) / alignment) * alignment;
}

/**
 * One WebAssembly memory, and the tensors that lie in it. It grows where more is asked for; then the tensors made before
 * are dead, and {@link Arena.renewed} gives new ones over the same bytes.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #offsets = new WeakMap<HostTensor, number>();
  readonly #scratch = new Map<string, { offset: number; readonly bytes: number }>();
  #used = alignment;

  /** @param bytes - what will be asked for at first @throws LimbeckError `engine-failed` where memory is short */
  constructor(bytes: number) {
    try {
      const initial = Math.ceil((bytes + alignment) / pageBytes);
      this.memory = new WebAssembly.Memory({ initial, maximum: 65_536 });
    } catch (cause) {
      throw outOfMemory(bytes, cause);
    }
  }

  /** A tensor of zeros. */
  tensor<S extends Spec>({ dtype, shape }: S): HostTensor {
    const spec = { dtype, shape: [...shape] as number[] };
    return this.#view(spec, this.#take(arenaBytes(spec)));
  }

  /** Where a tensor lies, if it lies here. */
  offsetOf(tensor: HostTensor): number | undefined {
    return this.#offsets.get(tensor);
  }

  /** A tensor as it is seen now: the same one, unless the memory has grown since it was made. */
  renewed(tensor: HostTensor): HostTensor {
    const offset = this.#offsets.get(tensor);
    if (offset === undefined || tensor.data.buffer === this.memory.buffer) return tensor;
    return this.#view({ dtype: tensor.dtype, shape: tensor.shape }, offset);
  }

  /** Where `bytes` bytes may be written that nobody else uses; the same place for the same key, while they fit. */
  scratch(key: string, bytes: number): number {
    const found = this.#scratch.get(key);
    if (found !== undefined && found.bytes >= bytes) return found.offset;
    // Twice as much: batches of growing sizes then ask rarely.
    const room = Math.ceil((found === undefined ? bytes : 2 * bytes) / alignment) * alignment;
    const offset = this.#take(room);
    this.#scratch.set(key, { offset, bytes: room });
    return offset;
  }

  /** Copies an array to where {@link Arena.scratch} says. */
  copied(key: string, data: HostTensor['data']): number {
    const offset = this.scratch(key, data.byteLength);
    const from = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.memory.buffer, offset, data.byteLength).set(from);
    return offset;
  }

  #view({ dtype, shape }: { dtype: DType; shape: readonly number[] }, offset: number): HostTensor {
    const Elements = arrays[dtype as keyof typeof arrays];
    const data = new Elements(this.memory.buffer, offset, sizeOf(shape));
    const tensor = { dtype, shape, data } as HostTensor;
    this.#offsets.set(tensor, offset);
    return tensor;
  }

  #take(bytes: number): number {
    const offset = this.#used;
    const missing = offset + bytes - this.memory.buffer.byteLength;
    try {
      if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
    } catch (cause) {
      throw outOfMemory(offset + bytes, cause);
    }
    this.#used += bytes;
    return offset;
  }
}

function outOfMemory(bytes: number, cause: unknown): LimbeckError {
  return new LimbeckError('engine-failed', {
    where: 'stepper',
    given: `${bytes} bytes for what is updated in place`,
    expected: 'as much memory, and no more than 4 GB of it',
    next: 'Load the graph with its updates inside, as toOnnx writes it without a tail.',
    cause,
  });
}
