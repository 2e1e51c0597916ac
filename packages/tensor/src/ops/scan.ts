import { type Dim, sizeOf, type Spec } from '@limbeck/core';
import { pullback, placeholder, type Subgraph, instantiate } from '../control/subgraph.js';
import { sameDim, sameShape } from '../dims.js';
import { evaluate } from '../graph/evaluate.js';
import type { Emitter, InnerInput, Operator, Value } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { int, ints, isFloat, refuseShapes } from './support.js';
import { unlessEmpty } from './unless-empty.js';

/** Attributes of {@link scan}. */
export interface ScanAttributes {
  /**
   * One step. Parameters: what is carried, one element of each sequence, what it reads beside them. Results: what is
   * carried on, then what comes out.
   */
  readonly body: Subgraph;
  /** How many tensors are carried. */
  readonly carries: number;
  /** How many sequences it runs over. */
  readonly sequences: number;
  /** Whether it runs from the last element to the first; what comes out stands where its element stands. */
  readonly reverse: boolean;
}

/**
 * A step repeated over the first axis of sequences. Inputs: what is carried at first, the sequences, what the step reads
 * beside them. Outputs: what is carried at last, what came out of each step, and what was carried into each, which the
 * gradient needs and nobody else computes.
 */
export const scan: Operator<ScanAttributes> = {
  name: 'scan',
  opaque: true,
  infer: (inputs, attributes) => {
    const { body, carries, sequences } = attributes;
    const length = checkSequences(inputs.slice(carries, carries + sequences));
    const first = inputs.slice(0, carries);
    first.forEach(({ dtype, shape }, i) => {
      const next = body.results[i];
      if (next?.dtype === dtype && sameShape(next.shape, shape)) return;
      refuseShapes(
        'scan',
        [shape, ...(next === undefined ? [] : [next.shape])],
        `the step to carry ${dtype} on as it is, not ${next?.dtype ?? 'nothing'}`,
        'Give back what is carried with the dtype and the shape that it came in with.',
      );
    });
    const stacked = ({ dtype, shape }: Spec): Spec => ({ dtype, shape: [length, ...shape] });
    return [...first, ...body.results.slice(carries).map(stacked), ...first.map(stacked)];
  },
  evaluate: (inputs, attributes, outputs, dim) => {
    const { body, carries, sequences, reverse } = attributes;
    const over = inputs.slice(carries, carries + sequences);
    const length = over[0]!.shape[0]!;
    let carried = inputs.slice(0, carries);
    const out = outputs.map(({ shape }) => new Float64Array(sizeOf(shape)));
    const put = (output: number, at: number, { data }: Value): void =>
      out[output]!.set(data, at * data.length);
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step;
      carried.forEach((value, i) => put(body.results.length + i, at, value));
      const given = [...carried, ...over.map((value) => element(value, at))];
      given.push(...inputs.slice(carries + sequences));
      const known = new Map(body.parameters.map(({ node }, i) => [node, given[i]!]));
      const results = evaluate(body.results, known, dim);
      carried = results.slice(0, carries);
      results.slice(carries).forEach((value, i) => put(carries + i, at, value));
    }
    carried.forEach(({ data }, i) => out[i]!.set(data));
    return out;
  },
  gradient: ({ inputs, outputs, upstream, attributes }) =>
    backward(inputs, outputs, upstream, attributes),
  lower: (emit, attributes) => lowerScan(emit, attributes),
};

/** The length that all sequences have. @throws LimbeckError `shape-mismatch` */
export function checkSequences(over: readonly Spec[]): Dim {
  const length = over[0]?.shape[0];
  if (length === undefined || over.some(({ shape }) => !sameDim(shape[0] ?? -1, length))) {
    refuseShapes(
      'scan',
      over.map(({ shape }) => shape),
      'at least one sequence, all of one length along their first axis',
      'Run over iota(length) where there is nothing to run over.',
    );
  }
  return length;
}

function element({ dtype, shape, data }: Value, at: number): Value {
  const size = sizeOf(shape.slice(1));
  return { dtype, shape: shape.slice(1), data: data.subarray(at * size, (at + 1) * size) };
}

/**
 * The gradient is a scan the other way. It carries the gradient by what is carried and the sums of those by what the step
 * reads beside it, computes each step once more from what was carried into it, and gives the gradients by the elements.
 */
function backward(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  upstream: readonly (Tensor | undefined)[],
  { body, carries, sequences, reverse }: ScanAttributes,
): readonly (Tensor | undefined)[] {
  const results = body.results.length;
  const isFlow = (tensor: Tensor): boolean => isFloat(tensor.dtype);
  const beside = inputs.slice(carries + sequences);
  const floatBeside = beside.filter(isFlow);
  const carriedFloats = inputs.slice(0, carries).filter(isFlow);
  // What flows in: by what is carried on, always; by what comes out and by what was carried in, where something does.
  const flowing = body.results.map((result, i) =>
    i < carries ? isFlow(result) : upstream[i] !== undefined,
  );
  const back = pullback(body, flowing);
  const zeros = (tensor: Tensor): Tensor => tensor.scalar(0).expand(tensor.shape);
  const last = carriedFloats.map((_, i) => floatIndex(inputs, i));
  const firstCarry = [
    ...last.map((i) => upstream[i] ?? zeros(inputs[i]!)),
    ...floatBeside.map(zeros),
  ];
  const outFlows = upstream.slice(carries, results).filter((flow) => flow !== undefined);
  const inFlows = last.map((i) => upstream[results + i]);
  const over = [
    ...outputs.slice(results),
    ...inputs.slice(carries, carries + sequences),
    ...outFlows,
    ...inFlows.filter((flow) => flow !== undefined),
  ];

  const carry = firstCarry.map(placeholder);
  const elements = over.map(({ dtype, shape }) => placeholder({ dtype, shape: shape.slice(1) }));
  const read = beside.map(placeholder);
  const [carriedIn, own, rest] = cut(elements, carries, sequences);
  const [outParts, inParts] = cut(rest, outFlows.length, rest.length);
  const gradients = instantiate(back, [
    ...carriedIn,
    ...own,
    ...read,
    ...carry.slice(0, last.length),
    ...outParts,
  ]);
  const ownFloats = inputs.slice(carries, carries + sequences).filter(isFlow).length;
  const [byCarry, byElement, byRead] = cut(gradients, last.length, ownFloats);
  let next = 0;
  const onward = byCarry.map((gradient, i) =>
    inFlows[i] === undefined ? gradient : gradient.add(inParts[next++]!),
  );
  const sums = byRead.map((gradient, i) => carry[last.length + i]!.add(gradient));
  const step: ScanAttributes = {
    body: {
      parameters: [...carry, ...elements, ...read],
      results: [...onward, ...sums, ...byElement],
    },
    carries: carry.length,
    sequences: over.length,
    reverse: !reverse,
  };
  const node = makeNode(scan, [...firstCarry, ...over, ...beside], step);
  const result = (index: number): Tensor => new Tensor(node, index);
  const places = { carry: 0, read: last.length, element: carry.length };
  return inputs.map((tensor, i) => {
    if (!isFlow(tensor)) return undefined;
    if (i < carries) return result(places.carry++);
    return result(i < carries + sequences ? places.element++ : places.read++);
  });
}

/** Which of all inputs the float input number `i` is. */
function floatIndex(inputs: readonly Tensor[], i: number): number {
  return inputs.flatMap(({ dtype }, at) => (isFloat(dtype) ? [at] : []))[i]!;
}

/** A list in three: so many, so many more, and the rest. */
function cut<T>(list: readonly T[], first: number, second: number): [T[], T[], T[]] {
  return [list.slice(0, first), list.slice(first, first + second), list.slice(first + second)];
}

function lowerScan(emit: Emitter, attributes: ScanAttributes): void {
  const { body, carries } = attributes;
  // What nobody reads is not collected: what was carried into each step matters to the gradient alone.
  const given = [...body.results, ...body.parameters.slice(0, carries)];
  const read = given.map((_, output) => output).filter((i) => i < carries || emit.used(i));
  // ONNX Runtime's Scan takes no empty sequence: then nothing changes, and nothing comes out.
  unlessEmpty(emit, emit.inputSpecs[carries]!.shape[0]!, {
    specs: read.map((output) => emit.outputSpecs[output]!),
    outputs: read.map((output) => emit.outputs[output]!),
    some: (inner, outputs) => writeScan(inner, attributes, read.slice(carries), outputs),
    none: (index) => (index < carries ? emit.inputs[index]! : undefined),
  });
}

function writeScan(
  emit: Emitter,
  { body, carries, sequences, reverse }: ScanAttributes,
  collected: readonly number[],
  outputs: readonly string[],
): void {
  const own = carries + sequences;
  const formal = body.parameters
    .slice(0, own)
    .map(({ dtype, shape }): InnerInput => ({ name: emit.fresh(), spec: { dtype, shape } }));
  const names = new Map(
    body.parameters.map((tensor, i) => [tensor, formal[i]?.name ?? emit.inputs[i]!]),
  );
  const given = [...body.results, ...body.parameters.slice(0, carries)];
  const results = [...body.results.slice(0, carries), ...collected.map((i) => given[i]!)];
  const direction = reverse ? 1 : 0;
  emit.node('Scan', emit.inputs.slice(0, own), outputs, {
    body: emit.graph(results, names, formal),
    num_scan_inputs: int(sequences),
    scan_input_directions: ints(Array.from({ length: sequences }, () => direction)),
    scan_output_directions: ints(collected.map(() => direction)),
  });
}
