/** How two tensors broadcast: sizes of the result, innermost first, and the step of each operand along them. */
export interface Broadcast {
  readonly sizes: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** Steps of an operand along the axes of the result, outermost first; 0 where it is repeated. */
function stepsOf(shape: readonly number[], to: readonly number[]): number[] {
  const lead = to.length - shape.length;
  const steps = to.map(() => 0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) steps[axis + lead] = stride;
    stride *= shape[axis]!;
  }
  return steps;
}

/** Joins axes that both operands walk as if they were one, so that most pairs have one or two axes left. */
export function broadcastOf(
  left: readonly number[],
  right: readonly number[],
  to: readonly number[],
): Broadcast {
  const [a, b] = [stepsOf(left, to), stepsOf(right, to)];
  const joined: { sizes: number[]; left: number[]; right: number[] } = {
    sizes: [],
    left: [],
    right: [],
  };
  for (let axis = to.length - 1; axis >= 0; axis--) {
    if (to[axis] === 1) continue;
    const last = joined.sizes.length - 1;
    const size = joined.sizes[last] ?? 1;
    const follows =
      last >= 0 && a[axis] === joined.left[last]! * size && b[axis] === joined.right[last]! * size;
    if (follows) {
      joined.sizes[last] = size * to[axis]!;
      continue;
    }
    joined.sizes.push(to[axis]!);
    joined.left.push(a[axis]!);
    joined.right.push(b[axis]!);
  }
  if (joined.sizes.length === 0) return { sizes: [1], left: [0], right: [0] };
  return joined;
}

/** Calls back for each run along the innermost axis: where it begins in the result and in both operands. */
export function eachRun(
  { sizes, left, right }: Broadcast,
  run: (out: number, left: number, right: number) => void,
): void {
  const inner = sizes[0]!;
  const rank = sizes.length;
  if (rank === 1) return run(0, 0, 0);
  let runs = 1;
  for (let axis = 1; axis < rank; axis++) runs *= sizes[axis]!;
  const at = sizes.map(() => 0);
  let [a, b] = [0, 0];
  for (let n = 0; n < runs; n++) {
    run(n * inner, a, b);
    for (let axis = 1; axis < rank; axis++) {
      a += left[axis]!;
      b += right[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      a -= left[axis]! * sizes[axis]!;
      b -= right[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
}
