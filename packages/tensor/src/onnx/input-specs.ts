import { type Dim, type Spec } from '@limbeck/core';
import { addDims, canonicalDim, dimTerms, floorDivideDim, multiplyDims } from '../dims.js';
import { dtypeOf } from './element-kinds.js';
import type { ValueInfoProto } from './gen/onnx_pb.js';
import { corrupt } from './wire.js';

/** Text longer than this is no size that someone wrote; reading it as an expression could take for ever. */
const longestSize = 100;

/** What an input of a file is. @throws LimbeckError `corrupt-onnx` for one that is no tensor, or of unknown rank */
export function specOf({ name, type }: ValueInfoProto): Spec {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  if (tensor?.shape === undefined) {
    throw corrupt('fromOnnx', `the input "${name}" without a tensor's type and number of axes`);
  }
  const shape = tensor.shape.dim.map(({ value }, axis): Dim => {
    if (value.case !== 'dimValue') {
      return sizeName(value.case === 'dimParam' ? value.value : `${name}_${axis}`);
    }
    const size = Number(value.value);
    if (Number.isSafeInteger(size) && size >= 0) return size;
    // Old writers say −1 where a size is known at run time.
    if (size === -1) return sizeName(`${name}_${axis}`);
    throw corrupt('fromOnnx', `the input "${name}" with a size of ${value.value}`);
  });
  return { dtype: dtypeOf(tensor.elemType), shape };
}

/** A size's name as an expression over names; text that is none becomes a name. */
function sizeName(text: string): Dim {
  try {
    if (text.length <= longestSize) return canonicalDim(text);
  } catch {
    // No expression: a name below.
  }
  const name = text.slice(0, longestSize).replaceAll(/\W/g, '_');
  return /^\d/.test(name) || name === '' ? `_${name}` : name;
}

/** A size in which names are replaced by what they stand for. */
export function renameDims(dim: Dim, sizes: { readonly [name: string]: Dim }): Dim {
  if (typeof dim === 'number') return dim;
  const terms = dimTerms(dim).map(({ coefficient, atoms }) => {
    const factors = atoms.map((atom) =>
      typeof atom === 'string'
        ? (sizes[atom] ?? atom)
        : floorDivideDim(renameDims(atom.numerator, sizes), atom.divisor),
    );
    return multiplyDims(coefficient, ...factors);
  });
  return addDims(...terms);
}
