import { type Dim, type DType, LimbeckError, type Spec } from '@limbeck/core';
import { multiplyDims } from '@limbeck/tensor';

/** How a binding describes an input or output. */
export interface ValueMetadata {
  /** Its name. */
  readonly name: string;
  /** The element type in ONNX Runtime's words; absent if it is no tensor. */
  readonly type?: string | undefined;
  /** Sizes: numbers, and names for those known at run time. */
  readonly shape?: readonly (number | string)[] | undefined;
}

const dtypes: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float64',
  'int64',
  'int32',
  'uint32',
  'uint8',
  'int8',
  'bool',
]);

function isSize(dim: string): boolean {
  try {
    multiplyDims(dim);
    return true;
  } catch {
    // Refused: text that other writers put where we put expressions.
    return false;
  }
}

/** The name that a size gets which has none, or one that is no expression of ours: unlike all others. */
function ownName(name: string, axis: number): string {
  return `${name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')}_${axis}`;
}

/**
 * The specs of a session's inputs or outputs. Files of other makers leave sizes unnamed or name them in words; such a
 * size gets a name of its own, which binds to whatever is fed.
 *
 * @param bound - names that stand alone somewhere among the inputs; a size that uses others is renamed too
 * @throws LimbeckError `dtype-mismatch` for an element type that Limbeck does not hold
 */
export function specsFromMetadata(
  values: readonly ValueMetadata[],
  bound: ReadonlySet<string>,
): { [name: string]: Spec } {
  return Object.fromEntries(
    values.map(({ name, type, shape }) => {
      if (type === undefined || shape === undefined || !dtypes.has(type)) {
        throw new LimbeckError('dtype-mismatch', {
          where: `load, "${name}"`,
          given: type === undefined ? 'a value that is no tensor' : `elements of ${type}`,
          expected: [...dtypes].join(', '),
          next: 'Convert the model so that its inputs and outputs have one of these types.',
        });
      }
      const sizes = shape.map((dim, axis): Dim => {
        if (typeof dim === 'number') return dim;
        const names = dim.match(/[A-Za-z_]\w*/g) ?? [];
        const known = names.every((each) => each === 'floor' || bound.has(each));
        return dim !== '' && isSize(dim) && known ? dim : ownName(name, axis);
      });
      return [name, { dtype: type as DType, shape: sizes }];
    }),
  );
}

/** The names of sizes that stand alone in the shapes of inputs. */
export function boundNames(inputs: readonly ValueMetadata[]): Set<string> {
  const alone = inputs.flatMap(({ shape = [] }) =>
    shape.filter((dim): dim is string => typeof dim === 'string' && /^[A-Za-z_]\w*$/.test(dim)),
  );
  return new Set(alone);
}
