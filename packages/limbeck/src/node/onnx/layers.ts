import type { decodeModel } from '@limbeck/tensor';
import { kindOf } from './describe-value.js';

type Graph = NonNullable<ReturnType<typeof decodeModel>['graph']>;

/** The weights of one layer. */
export interface DescribedLayer {
  /** What the names of its weights have in common, such as `encoder.layer.0.attention.query`. */
  readonly layer: string;
  /** How many floating-point numbers it has. */
  readonly parameters: number;
  /** Bytes of its weights, of whatever element type. */
  readonly sizeBytes: number;
  /** Its weights: the last part of each name, element type and sizes. */
  readonly weights: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
}

/**
 * Weights by layer, the largest first.
 *
 * @param fileNames - The file's names by better ones, where these are known.
 */
export function layersOf(
  initialisers: Graph['initializer'],
  fileNames: { readonly [path: string]: string },
): readonly DescribedLayer[] {
  const better = new Map(Object.entries(fileNames).map(([path, name]) => [name, path]));
  const layers = new Map<string, DescribedLayer>();
  for (const { name, dims, dataType } of initialisers) {
    const [layer, last] = splitName(better.get(name) ?? name);
    const shape = dims.map(Number);
    const numbers = shape.reduce((product, size) => product * size, 1);
    const { name: dtype, bits } = kindOf(dataType);
    const before = layers.get(layer) ?? { layer, parameters: 0, sizeBytes: 0, weights: [] };
    layers.set(layer, {
      layer,
      parameters: before.parameters + (dtype.includes('float') ? numbers : 0),
      sizeBytes: before.sizeBytes + Math.ceil((numbers * bits) / 8),
      weights: [...before.weights, { name: last, dtype, shape }],
    });
  }
  return [...layers.values()].sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** The layer and the weight's own name: `a.b.weight` is `weight` of `a.b`. */
function splitName(name: string): readonly [layer: string, last: string] {
  const at = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
  return at <= 0 ? [name, name] : [name.slice(0, at), name.slice(at + 1)];
}
