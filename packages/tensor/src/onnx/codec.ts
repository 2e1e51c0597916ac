import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { LimbeckError } from '@limbeck/core';
import { type ModelProto, ModelProtoSchema } from './gen/onnx_pb.js';
import { checkWire, corrupt } from './wire.js';

/** A model to encode: one that {@link decodeModel} returned, or plain objects with the fields that are set. */
export type ModelInit = MessageInitShape<typeof ModelProtoSchema>;

/** What one protobuf file can hold; ONNX Runtime refuses more. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * The messages of an ONNX file.
 *
 * Lengths, nesting and text are checked against the bytes before anything is made from them, so a damaged or
 * hostile file costs no more memory than its own size explains. 64-bit integers are bigints, exact to
 * INT64_MAX. What the schema does not name is kept and written back by {@link encodeModel}. `rawData` of
 * tensors is a view of `bytes`: leave them as they are while the model is in use.
 *
 * @param bytes - the whole file
 * @throws LimbeckError `corrupt-onnx` if the bytes are cut off, do not hold together, or hold no graph;
 * `invalid-data` for anything that is not a Uint8Array
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  checkBytes('decodeModel', bytes);
  // A Buffer's slice() shares memory where a Uint8Array's copies; what is handed out must copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkWire('decodeModel', plain, ModelProtoSchema);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, plain);
  } catch (cause) {
    throw corrupt('decodeModel', 'bytes that the protobuf reader refuses', cause);
  }
  if (model.graph === undefined) {
    throw corrupt('decodeModel', `${bytes.byteLength} bytes without a graph`);
  }
  return model;
}

/**
 * The bytes of an ONNX file. Equal models give equal bytes: fields in the order of their numbers, then the
 * unknown ones.
 *
 * @param model - fields that are not set are not written; an attribute needs its `type`
 * @throws LimbeckError `invalid-data` if a value does not fit its field, or the file would pass 2 GiB
 */
export function encodeModel(model: ModelInit): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
  } catch (cause) {
    throw refusal(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (bytes.length > MAX_BYTES) throw refusal(`${bytes.length} bytes`);
  return bytes;
}

/** Refuses what untyped callers pass in place of bytes. @throws LimbeckError `invalid-data` */
export function checkBytes(where: string, bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  throw new LimbeckError('invalid-data', {
    where,
    given: bytes === null || bytes === undefined ? `${bytes as null}` : nameOf(bytes),
    expected: 'a Uint8Array with the whole file',
    next: 'Read the file to its bytes first: readFile of Node, or new Uint8Array(await response.arrayBuffer()).',
  });
}

function nameOf(value: unknown): string {
  const [, name] = Object.prototype.toString.call(value).match(/^\[object (.*)\]$/) ?? [];
  return name ?? typeof value;
}

function refusal(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'encodeModel',
    given,
    expected: 'fields within their ranges, and at most 2147483647 bytes in all',
    next: 'Correct the field that the message names, or keep large tensors in an external file.',
    cause,
  });
}
