import { LimbeckError } from '../errors.js';
import { allocate, type HostTensor, sizeOf } from '../tree.js';
import { type ElementType, elementTypes } from './element-types.js';
import { corrupt, parseHeader, type TensorEntry } from './header.js';

/** What a safetensors file holds. */
export interface Safetensors {
  /** Tensors by name, in the order of their bytes. */
  readonly tensors: { readonly [name: string]: HostTensor };
  /** The text that the file carries, by key. */
  readonly metadata: { readonly [key: string]: string };
}

/**
 * The tensors of a safetensors file, each in memory of its own. Half precision (F16, BF16) becomes float32 and 16-bit
 * integers int32, without rounding.
 *
 * Sizes are compared with the file before any memory is taken; tensors must cover the data without gap or overlap.
 *
 * @param bytes - the whole file
 * @throws LimbeckError `corrupt-file` if the parts do not hold together; `dtype-mismatch` for an element type that has no
 * place here; `invalid-data` for anything that is not a Uint8Array
 * @see the format: {@link https://github.com/huggingface/safetensors}
 * @example
 * ```ts
 * import { hostTensor, readSafetensors, writeSafetensors } from '@limbeck/core';
 *
 * const bytes = writeSafetensors({ weight: hostTensor('float32', [2], [1, 2]) });
 * console.log(readSafetensors(bytes).tensors['weight']?.data); // Float32Array(2) [ 1, 2 ]
 * ```
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) {
    throw new LimbeckError('invalid-data', {
      where: 'readSafetensors',
      given: typeof bytes,
      expected: 'the bytes of a file, a Uint8Array',
      next: 'Read the file into memory first.',
    });
  }
  if (bytes.length < 8) throw corrupt(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const room = bytes.length - 8;
  if (length > BigInt(room))
    throw corrupt(`a header of ${length} bytes in a file of ${bytes.length}`);
  const data = bytes.subarray(8 + Number(length));
  const { tensors, metadata } = parseHeader(decode(bytes.subarray(8, 8 + Number(length))));

  // Everything is checked before anything is read.
  const entries = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  const types = entries.map(([name, entry]) => {
    if (entry.begin !== covered) {
      throw corrupt(
        `${JSON.stringify(name)} from byte ${entry.begin} of the data, where ${covered} is next`,
      );
    }
    const type = checkEntry(name, entry, data.length);
    covered = entry.end;
    return type;
  });
  if (covered !== data.length) throw corrupt(`${data.length} bytes of data, ${covered} of tensors`);
  return {
    tensors: Object.fromEntries(
      entries.map(([name, entry], i) => [name, read(name, entry, types[i]!, data)]),
    ),
    metadata: Object.fromEntries(metadata),
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw corrupt('a header that is not UTF-8', cause);
  }
}

function checkEntry(
  name: string,
  { dtype, shape, begin, end }: TensorEntry,
  available: number,
): ElementType {
  const type = elementTypes.get(dtype);
  if (type === undefined) {
    throw new LimbeckError('dtype-mismatch', {
      where: `readSafetensors, ${JSON.stringify(name)}`,
      given: `elements of type ${JSON.stringify(dtype.slice(0, 40))}`,
      expected: `one of ${[...elementTypes.keys()].join(', ')}`,
      next: 'Convert the file to one of these first.',
    });
  }
  // A size of 0 makes any other size harmless, however large.
  const elements = shape.includes(0) ? 0 : sizeOf(shape);
  if (end > available || end - begin !== elements * type.bytes) {
    const needed = `${elements * type.bytes} bytes for [${shape.slice(0, 10).join(', ')}]`;
    throw corrupt(`${JSON.stringify(name)} with ${end - begin} of ${needed} ${dtype}`);
  }
  return type;
}

function read(
  name: string,
  { shape, begin, end }: TensorEntry,
  { bytes, dtype, widen }: ElementType,
  data: Uint8Array,
): HostTensor {
  const elements = allocate(dtype, (end - begin) / bytes);
  const own = data.subarray(begin, end);
  if (widen === undefined) {
    new Uint8Array(elements.buffer).set(own);
  } else {
    const numbers = elements as Float32Array | Int32Array;
    for (let i = 0; i < numbers.length; i++)
      numbers[i] = widen(own[2 * i]! | (own[2 * i + 1]! << 8));
  }
  if (dtype === 'bool' && own.some((byte) => byte > 1)) {
    throw corrupt(`a byte above 1 in ${JSON.stringify(name)}, which is BOOL`);
  }
  return { dtype, shape, data: elements };
}
