import { type HostTensor, leaves, LimbeckError, mapTree } from '@limbeck/core';
import { sameShape, showShape } from './dims.js';

/** The first part of a path that is a number alone: `encoder/layers/3/query`, `layer.3.query`. */
const anyLayer = /(?:^|[/.])(\d+)(?=[/.]|$)/;

/** Options of {@link dropLayers}. */
export interface LayerOptions {
  /** Finds a layer's number in a path, as its first group. @defaultValue the first part that is a number alone */
  readonly pattern?: RegExp;
}

/** Options of {@link mapLayers}. */
export interface MapLayersOptions extends LayerOptions {
  /** For each layer of the target, from 0 on: the layer of the source that it starts from, or `fresh` for its own values. */
  readonly layers: readonly (number | 'fresh')[];
}

/** Where a path names a layer: the number, and the path with another. */
function layerOf(
  path: string,
  pattern: RegExp,
): { readonly layer: number; with(layer: number): string } | undefined {
  const found = new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gyd]/g, '')}d`).exec(path);
  const range = found?.indices?.[1];
  if (range === undefined) return undefined;
  const [start, end] = range;
  return {
    layer: Number(path.slice(start, end)),
    with: (layer) => path.slice(0, start) + String(layer) + path.slice(end),
  };
}

/**
 * Starting values for a model from those of another whose layers are more or fewer, by path: what belongs to no layer
 * comes from the same path, layer i from layer `layers[i]` of the source.
 *
 * @param target - fresh parameters of the model to start; they say what is needed
 * @param source - parameters of the other model, as a tree or flat by path
 * @returns the target's tree with the source's values
 * @throws LimbeckError `unknown-name` for a path that the source does not have or a layer that `layers` leaves out;
 * `shape-mismatch` or `dtype-mismatch` where values do not fit
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { mapLayers } from '@limbeck/tensor';
 *
 * const weight = (value: number) => ({ weight: hostTensor('float32', [1], [value]) });
 * const teacher = { layers: [weight(0), weight(10), weight(20), weight(30)] };
 * const student = { layers: [weight(-1), weight(-1)] };
 * const start = mapLayers(student, teacher, { layers: [0, 2] });
 * console.log(start.layers.map(({ weight: { data } }) => data[0])); // [ 0, 20 ]
 * ```
 * @see Sanh et al., "DistilBERT", 2019, §2, which takes one layer of two.
 */
export function mapLayers<Tree>(
  target: Tree,
  source: unknown,
  { layers, pattern = anyLayer }: MapLayersOptions,
): Tree {
  const values = new Map(leaves<HostTensor>(source));
  return mapTree(target, (leaf, path) => {
    const own = leaf as HostTensor;
    const found = layerOf(path, pattern);
    const from = found === undefined ? undefined : layers[found.layer];
    if (from === 'fresh') return own;
    if (found !== undefined && from === undefined) refuseLayer(path, found.layer, layers);
    const sourcePath = found === undefined ? path : found.with(from as number);
    const value = values.get(sourcePath) ?? refusePath(sourcePath, path, values);
    checkFits(path, own, sourcePath, value);
    return { ...value, data: value.data.slice() };
  }) as unknown as Tree;
}

/**
 * The parameters of a model without some of its layers, flat by path: the layers that stay are numbered from 0.
 *
 * @param source - parameters, as a tree or flat by path
 * @param keep - the layers that stay, in their new order
 * @throws LimbeckError `unknown-name` for a layer that the model does not have
 */
export function dropLayers(
  source: unknown,
  keep: readonly number[],
  { pattern = anyLayer }: LayerOptions = {},
): { readonly [path: string]: HostTensor } {
  const kept: { [path: string]: HostTensor } = {};
  const seen = new Set<number>();
  for (const [path, value] of leaves<HostTensor>(source)) {
    const found = layerOf(path, pattern);
    if (found === undefined) {
      kept[path] = value;
      continue;
    }
    seen.add(found.layer);
    keep.forEach((layer, i) => {
      if (layer === found.layer) kept[found.with(i)] = value;
    });
  }
  const missing = keep.find((layer) => !seen.has(layer));
  if (missing === undefined) return kept;
  throw new LimbeckError('unknown-name', {
    where: 'dropLayers',
    given: `layer ${missing}`,
    expected: `one of ${[...seen].sort((a, b) => a - b).join(', ') || 'no layers: no path has a number'}`,
    next: 'Name layers that the model has, or pass a pattern that finds them in its paths.',
  });
}

function refuseLayer(path: string, layer: number, layers: readonly (number | 'fresh')[]): never {
  throw new LimbeckError('unknown-name', {
    where: 'mapLayers',
    given: `no source for layer ${layer}, at "${path}"`,
    expected: `an entry for each layer, not ${layers.length}`,
    next: "Add the source's layer, or 'fresh' for the values that the target has.",
  });
}

function refusePath(from: string, path: string, values: ReadonlyMap<string, HostTensor>): never {
  throw new LimbeckError('unknown-name', {
    where: 'mapLayers',
    given: `"${from}", for "${path}", which the source does not have`,
    expected: `one of ${[...values.keys()].join(', ') || 'no paths'}`,
    next: 'Rename the paths of one of them first, or map other layers.',
  });
}

function checkFits(path: string, own: HostTensor, from: string, value: HostTensor): void {
  const isSame = own.dtype === value.dtype;
  if (isSame && sameShape(own.shape, value.shape)) return;
  throw new LimbeckError(isSame ? 'shape-mismatch' : 'dtype-mismatch', {
    where: `mapLayers, "${path}"`,
    given: `${value.dtype} ${showShape(value.shape)} at "${from}"`,
    expected: `${own.dtype} ${showShape(own.shape)}`,
    next: 'Start a model of the same width, or leave this path out of the source.',
  });
}
