import type { TensorProto } from './gen/onnx_pb.js';
import { corrupt } from './wire.js';

/** Where the values of a tensor stand when they are not in the model's own file. */
export interface ExternalData {
  /** Path of the file, relative to the folder of the model; never absolute, never with `..`. */
  readonly location: string;
  /** First byte in that file. */
  readonly offset: number;
  /** How many bytes; absent: to the end of the file. */
  readonly length?: number;
}

/**
 * What `external_data` of a tensor says.
 *
 * @throws LimbeckError `corrupt-onnx` without a location, with one that leaves the model's folder, or with an offset
 * or length that is not a whole number
 */
export function externalDataOf(proto: TensorProto): ExternalData {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  // A model must not make its reader open files elsewhere on the machine.
  if (location === '' || /^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(location)) {
    throw corrupt('externalDataOf', `the external location ${JSON.stringify(location)}`);
  }
  const length = entries.get('length');
  return {
    location,
    offset: bytes('offset', entries.get('offset') ?? '0'),
    ...(length === undefined ? {} : { length: bytes('length', length) }),
  };
}

function bytes(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw corrupt('externalDataOf', `the external ${name} ${JSON.stringify(text)}`);
  }
  return value;
}
