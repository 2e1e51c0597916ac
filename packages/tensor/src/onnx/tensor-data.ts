import { create } from '@bufbuild/protobuf';
import { allocate, type HostTensor, LimbeckError, sizeOf, type TensorData } from '@limbeck/core';
import { dataTypeOf, type ElementKind, elementKind } from './element-kinds.js';
import { type ExternalData, externalDataOf } from './external-data.js';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from './gen/onnx_pb.js';
import { corrupt } from './wire.js';

/** How an initialiser is read. */
export interface TensorFromProtoOptions {
  /** Reads values that stand in a file beside the model. @defaultValue such tensors are refused */
  readonly readExternal?: (data: ExternalData) => Uint8Array;
}

const where = 'tensorFromProto';
const fields = ['floatData', 'doubleData', 'int32Data', 'int64Data', 'uint64Data'] as const;

/**
 * A tensor of an ONNX file as a tensor on the host, in memory of its own.
 *
 * Kinds that the host lacks become wider ones without rounding (see {@link dtypeOf}). The number of
 * elements is compared with the shape before any memory is taken.
 *
 * @throws LimbeckError `corrupt-onnx` if sizes are negative or beyond 2^53, values are too few, too many, in the
 * wrong field or outside their type's range; `dtype-mismatch` for strings, complex numbers, unknown kinds, and
 * uint64 values above INT64_MAX; `data-missing` if the values are in another file and `readExternal` is not given
 */
export function tensorFromProto(
  proto: TensorProto,
  options: TensorFromProtoOptions = {},
): HostTensor {
  const kind = elementKind(where, proto.dataType);
  const shape = shapeOf(proto);
  const count = sizeOf(shape);
  const external = proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
  const raw = external ? externalBytes(proto, options, bytesOf(kind, count)) : proto.rawData;
  const filled = fields.filter((field) => proto[field].length > 0);

  // An empty raw_data beside a filled typed field is how some writers say "not raw".
  const data =
    external || filled.length === 0
      ? fromRaw(proto, kind, raw, count)
      : fromField(proto, kind, filled, count);
  return { dtype: kind.dtype, shape, data };
}

/**
 * A tensor on the host as a tensor of an ONNX file, its values in `raw_data`: a view of `tensor.data`, not a copy.
 *
 * @param name - the name that nodes read it by
 * @throws LimbeckError `shape-mismatch` if the number of elements is not the product of the sizes
 */
export function tensorToProto(tensor: HostTensor, name = ''): TensorProto {
  const { dtype, shape, data } = tensor;
  if (data.length !== sizeOf(shape)) {
    throw new LimbeckError('shape-mismatch', {
      where: 'tensorToProto',
      given: `${data.length} elements for shape [${shape.join(', ')}]`,
      expected: `${sizeOf(shape)} elements`,
      next: 'Make tensors with hostTensor, which checks this.',
    });
  }
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: dataTypeOf(dtype),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

function shapeOf(proto: TensorProto): readonly number[] {
  return proto.dims.map((size) => {
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw corrupt(where, `${label(proto)} with a size of ${size}`);
    }
    return Number(size);
  });
}

function bytesOf({ bits }: ElementKind, count: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Asks for as many bytes as the shape needs, and for none where the file says another number. */
function externalBytes(
  proto: TensorProto,
  { readExternal }: TensorFromProtoOptions,
  needed: number,
): Uint8Array {
  const data = { length: needed, ...externalDataOf(proto) };
  checkCount(proto, 'bytes', data.length, needed);
  if (readExternal === undefined) {
    throw new LimbeckError('data-missing', {
      where,
      given: `${label(proto)}, whose values are in the file ${data.location}`,
      expected: 'a way to read that file',
      next: 'Pass readExternal, or save the model with its weights inside.',
    });
  }
  return readExternal(data);
}

function fromRaw(
  proto: TensorProto,
  kind: ElementKind,
  raw: Uint8Array,
  count: number,
): TensorData {
  checkCount(proto, 'bytes', raw.length, bytesOf(kind, count));
  const data = allocate(kind.dtype, count);
  const { value } = kind;
  if (value === undefined) {
    // Copied byte by byte: a view of the file need not be aligned. Hosts of JavaScript are little-endian, as ONNX is.
    new Uint8Array(data.buffer as ArrayBuffer).set(raw);
  } else {
    for (let i = 0; i < count; i++) data[i] = value(code(raw, i, kind.bits));
  }
  // Read as int64, a uint64 above INT64_MAX would come out negative.
  if (kind.field === 'uint64Data' && kind.bits === 64) {
    for (const element of data as BigInt64Array) if (element < 0n) throw tooLarge(proto, element);
  }
  return data;
}

/** The bits of one element, for kinds of 2, 4, 8 or 16 bits. */
function code(raw: Uint8Array, index: number, bits: number): number {
  if (bits === 16) return raw[2 * index]! | (raw[2 * index + 1]! << 8);
  const bit = index * bits;
  return (raw[Math.floor(bit / 8)]! >> (bit % 8)) & (2 ** bits - 1);
}

function fromField(
  proto: TensorProto,
  kind: ElementKind,
  filled: readonly (typeof fields)[number][],
  count: number,
): TensorData {
  if (proto.rawData.length > 0 || filled.length > 1 || filled[0] !== kind.field) {
    const given = proto.rawData.length > 0 ? ['rawData', ...filled] : filled;
    throw corrupt(where, `${label(proto)} with values in ${given.join(' and ')}`);
  }
  const values: readonly (number | bigint)[] = proto[kind.field];
  // Kinds under 8 bits share an entry as they share a byte.
  const perEntry = Math.max(1, 8 / kind.bits);
  checkCount(proto, `values in ${kind.field}`, values.length, Math.ceil(count / perEntry));
  if (perEntry > 1) {
    const raw = Uint8Array.from(values, (entry) => bitsOf(proto, 8, entry));
    return fromRaw(proto, kind, raw, count);
  }

  const data = allocate(kind.dtype, count);
  if (kind.value === undefined) copy(proto, kind, values, data);
  else for (let i = 0; i < count; i++) data[i] = kind.value(bitsOf(proto, kind.bits, values[i]!));
  return data;
}

/** Values into an array of the same meaning; what does not fit is an error, not a wrapped number. */
function copy(
  proto: TensorProto,
  kind: ElementKind,
  values: readonly (number | bigint)[],
  data: TensorData,
): void {
  const floats = kind.dtype === 'float32' || kind.dtype === 'float64';
  for (let i = 0; i < data.length; i++) {
    const value = values[i]!;
    // Only uint32 comes as bigint into an array of numbers.
    const element = kind.dtype === 'uint32' ? Number(value) : value;
    data[i] = element;
    if (floats || data[i] === element) continue;
    if (kind.dtype === 'int64') throw tooLarge(proto, value);
    throw corrupt(where, `${label(proto)} with the value ${value} as ${kind.dtype}`);
  }
}

/** The code that an entry of int32_data holds. */
function bitsOf(proto: TensorProto, bits: number, entry: number | bigint): number {
  const value = Number(entry);
  if (value < -(2 ** (bits - 1)) || value >= 2 ** bits) {
    throw corrupt(where, `${label(proto)} with the value ${value} in ${bits} bits`);
  }
  return value & (2 ** bits - 1);
}

function checkCount(proto: TensorProto, what: string, given: number, expected: number): void {
  if (given === expected) return;
  throw corrupt(
    where,
    `${label(proto)} of shape [${proto.dims.join(', ')}] with ${given} ${what} instead of ${expected}`,
  );
}

function tooLarge(proto: TensorProto, value: bigint | number): LimbeckError {
  return new LimbeckError('dtype-mismatch', {
    where,
    given: `${label(proto)} with the uint64 value ${BigInt.asUintN(64, BigInt(value))}`,
    expected: 'values up to 9223372036854775807, which int64 holds',
    next: 'Cast the tensor to another type when exporting.',
  });
}

function label(proto: TensorProto): string {
  return proto.name === '' ? 'a tensor' : `the tensor ${JSON.stringify(proto.name)}`;
}
