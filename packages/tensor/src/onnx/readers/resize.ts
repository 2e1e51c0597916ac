import type { Dim } from '@limbeck/core';
import { sameDim } from '../../dims.js';
import {
  type ResizeCoordinates,
  resizeCoordinates,
  type ResizeRounding,
  resizeRoundings,
} from '../../ops/resize-coordinates.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';

/** The scales of a node: older files have them as an attribute, or as input 1 where there is no region. */
function scalesOf(node: ReadNode): readonly number[] | undefined {
  const attribute = node.floats('scales');
  if (attribute !== undefined && attribute.length > 0) return attribute;
  const index = node.proto.opType === 'Upsample' || node.opset < 11 ? 1 : 2;
  if (!node.has(index) || node.value(index).shape[0] === 0) return undefined;
  // They are floats with an axis, as weights are, but are looked at and never asked for.
  const { host = node.value(index).inFile } = node.value(index);
  if (host === undefined) return node.refuse('scales computed from data');
  return Array.from(host.data as Float32Array);
}

/** What is said of some axes, for all of them. */
function everyAxis<T>(node: ReadNode, given: readonly T[], x: Tensor, rest: readonly T[]): T[] {
  const axes = (node.ints('axes') ?? x.shape.map((_, axis) => axis)).map((axis) =>
    node.inRank(axis, x.shape.length),
  );
  if (axes.length !== given.length) node.refuse(`${given.length} sizes for ${axes.length} axes`);
  return rest.map((own, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : own));
}

function resize(node: ReadNode): Read {
  const x = node.tensor(0);
  const isOld = node.proto.opType === 'Upsample' || node.opset < 11;
  node.only('mode', 'nearest', ['nearest', 'linear']);
  node.only('coordinate_transformation_mode', 'half_pixel', resizeCoordinates);
  node.only('nearest_mode', 'round_prefer_floor', resizeRoundings);
  node.only('keep_aspect_ratio_policy', 'stretch', ['stretch']);
  if (node.int('antialias', 0) !== 0) node.refuse('antialias');
  const options = {
    mode: node.string('mode', 'nearest') as 'nearest' | 'linear',
    coordinates: node.string(
      'coordinate_transformation_mode',
      isOld ? 'asymmetric' : 'half_pixel',
    ) as ResizeCoordinates,
    rounding: node.string('nearest_mode', isOld ? 'floor' : 'round_prefer_floor') as ResizeRounding,
  };
  const scales = scalesOf(node);
  if (scales !== undefined) {
    const ones = x.shape.map(() => 1);
    const [batch, channels, ...scale] = everyAxis(node, scales, x, ones);
    if (batch !== 1 || channels !== 1) node.refuse('scales of batch or channels');
    return [x.interpolate({ ...options, scale })];
  }
  const [batch, channels, ...size] = everyAxis<Dim>(node, node.sizes(3), x, x.shape);
  if (!sameDim(batch!, x.shape[0]!) || !sameDim(channels!, x.shape[1]!)) {
    node.refuse('sizes of batch or channels');
  }
  return [x.interpolate({ ...options, size })];
}

/** Readers of what makes images larger and smaller. */
export const resizeReaders: { readonly [type: string]: Reader } = {
  Resize: resize,
  Upsample: resize,
};
