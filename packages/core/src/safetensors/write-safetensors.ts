import { LimbeckError } from '../errors.js';
import { type HostTensor, sizeOf } from '../tree.js';
import { elementTypes, namesOfTypes } from './element-types.js';

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Text that the file carries, by key. @defaultValue none */
  readonly metadata?: { readonly [key: string]: string };
}

/**
 * A safetensors file of named tensors. Equal tensors give equal bytes, in whatever order they are named: the widest
 * elements stand first, so that all are aligned, then names in the order of their characters.
 *
 * @throws LimbeckError `invalid-data` for a tensor named `__metadata__`; `shape-mismatch` if a tensor's elements are not as
 * many as its shape says
 * @see the format: {@link https://github.com/huggingface/safetensors}
 */
export function writeSafetensors(
  tensors: { readonly [name: string]: HostTensor },
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  const { metadata = {} } = options;
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    checkTensor(name, tensor);
    const dtype = namesOfTypes[tensor.dtype];
    return { name, tensor, dtype, width: elementTypes.get(dtype)!.bytes };
  });
  entries.sort((a, b) => b.width - a.width || (a.name < b.name ? -1 : 1));

  let end = 0;
  const places = entries.map(({ name, tensor, dtype }) => {
    const begin = end;
    end += tensor.data.byteLength;
    return [name, { dtype, shape: tensor.shape, data_offsets: [begin, end] }] as const;
  });
  const told = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = told.length === 0 ? [] : [['__metadata__', Object.fromEntries(told)] as const];
  // Member by member: as an object's keys, names that are numbers would be moved to the front.
  const members = [...head, ...places].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = Math.ceil(header.length / 8) * 8;

  const bytes = new Uint8Array(8 + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(header, 8);
  let at = 8 + padded;
  for (const { tensor } of entries) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: HostTensor): void {
  if (name === '__metadata__') {
    throw new LimbeckError('invalid-data', {
      where: 'writeSafetensors',
      given: 'a tensor named "__metadata__"',
      expected: 'another name: the format keeps this one for text',
      next: 'Rename the tensor, or pass text as metadata.',
    });
  }
  if (data.length === sizeOf(shape)) return;
  throw new LimbeckError('shape-mismatch', {
    where: `writeSafetensors, "${name}"`,
    given: `${data.length} elements for ${dtype} [${shape.join(', ')}]`,
    expected: `${sizeOf(shape)} elements`,
    next: 'Make the tensor with hostTensor(), which checks this.',
  });
}
