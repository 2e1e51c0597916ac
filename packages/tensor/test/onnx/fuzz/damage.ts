import type { Rng } from '@limbeck/core';
import { decodeModel, encodeModel } from '@limbeck/tensor';
import { mutate } from '../sample-model.js';

type Model = ReturnType<typeof decodeModel>;
type Graph = NonNullable<Model['graph']>;
type GraphNode = Graph['node'][number];

/** Numbers at the edge of what a field holds, and of what memory does. */
const extremes = [
  -1n,
  0n,
  1n,
  2n,
  3n,
  7n,
  64n,
  65n,
  4096n,
  1n << 20n,
  1n << 31n,
  (1n << 31n) - 1n,
  1n << 40n,
  (1n << 53n) - 1n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];

const operators = [
  'Reshape Expand Tile Slice Pad Concat Split Squeeze Unsqueeze Transpose Flatten Gather Range Loop If Scan',
  'ConstantOfShape Shape Conv ConvTranspose MaxPool AveragePool Resize TopK CumSum Trilu OneHot MatMul Gemm',
  'Einsum ScatterND ScatterElements GatherND LayerNormalization BatchNormalization DequantizeLinear',
  'ReduceSum ReduceProd Where Equal Mul Add Div Cast Clip EyeLike DepthToSpace QuantizeLinear ArgMax',
].flatMap((line) => line.split(' '));

/** Every graph of a model, those inside nodes too. */
function graphsOf(graph: Graph): Graph[] {
  const inner = graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ g }) => (g === undefined ? [] : graphsOf(g))),
  );
  return [graph, ...inner];
}

function pick<T>(rng: Rng, list: readonly T[]): T {
  return list[rng.integer(list.length)]!;
}

type Damage = (graph: Graph, node: GraphNode, rng: Rng) => void;

/** Faults that leave a well-formed file which means something else, or nothing. */
const kinds: readonly Damage[] = [
  (_graph, node, rng) => void (node.opType = pick(rng, operators)),
  (graph, node, rng) => {
    const names = [
      ...graph.node.flatMap(({ output }) => output),
      ...graph.initializer.map(({ name }) => name),
      '',
      'nowhere',
    ];
    if (node.input.length > 0) node.input[rng.integer(node.input.length)] = pick(rng, names);
  },
  (graph, node, rng) => {
    // Reading what is made later: often a cycle.
    if (node.input.length > 0) node.input[0] = pick(rng, graph.node).output[0] ?? '';
  },
  (graph, node, rng) => {
    const other = pick(rng, graph.node);
    if (other.output.length > 0) node.output[0] = other.output[0]!;
  },
  (_graph, node, rng) => {
    for (const attribute of node.attribute) {
      attribute.i = pick(rng, extremes);
      if (attribute.ints.length > 0)
        attribute.ints[rng.integer(attribute.ints.length)] = pick(rng, extremes);
      attribute.f = pick(rng, [NaN, Infinity, -Infinity, 0, 1e38]);
    }
  },
  (_graph, node, rng) => {
    if (node.attribute.length > 0) node.attribute.splice(rng.integer(node.attribute.length), 1);
  },
  (_graph, node, rng) => void node.input.splice(rng.integer(node.input.length + 1), 1),
  (_graph, node, rng) => {
    if (node.input.length === 0) return;
    node.input.push(...Array.from({ length: rng.integer(4) }, () => pick(rng, node.input)));
  },
  (graph, _node, rng) => {
    if (graph.initializer.length === 0) return;
    const tensor = pick(rng, graph.initializer);
    if (tensor.dims.length > 0) tensor.dims[rng.integer(tensor.dims.length)] = pick(rng, extremes);
    else tensor.dims.push(pick(rng, extremes));
  },
  (graph, _node, rng) => {
    // Whole numbers that others read as shapes, axes and amounts.
    const whole = graph.initializer.filter(({ dataType }) => dataType === 7);
    if (whole.length === 0) return;
    const { rawData } = pick(rng, whole);
    if (rawData.length < 8) return;
    new DataView(rawData.buffer, rawData.byteOffset).setBigInt64(
      8 * rng.integer(rawData.length >> 3),
      pick(rng, extremes),
      true,
    );
  },
  (graph, _node, rng) => {
    if (graph.initializer.length > 0) pick(rng, graph.initializer).dataType = rng.integer(30);
  },
  (graph, _node, rng) => {
    const value = graph.input.length === 0 ? undefined : pick(rng, graph.input).type?.value;
    if (value?.case !== 'tensorType' || value.value.shape === undefined) return;
    const { dim } = value.value.shape;
    const sizes = [
      { case: 'dimValue' as const, value: pick(rng, extremes) },
      {
        case: 'dimParam' as const,
        value: pick(rng, ['n', 'a+b+c', '(((((', 'a*a*a*a', 'floor((a+1)/2)', 'ü']),
      },
    ];
    if (dim.length > 0) dim[rng.integer(dim.length)]!.value = pick(rng, sizes);
  },
  (graph, node) => void graph.node.push({ ...node, name: '' }),
  (graph, _node, rng) => void graph.node.splice(rng.integer(graph.node.length), 1),
];

/** A copy of the bytes that nobody else writes to. */
function decoded(bytes: Uint8Array): Model {
  return decodeModel(bytes.slice());
}

/** A damaged copy: bytes changed, the file cut off, or a few faults in what it says. */
export function damaged(bytes: Uint8Array, rng: Rng): Uint8Array {
  const kind = rng.integer(10);
  if (kind === 0) return bytes.slice(0, rng.integer(bytes.length));
  if (kind <= 3) return mutate(bytes, rng);
  const model = decoded(bytes);
  for (let times = rng.integer(3) + 1; times > 0; times--) {
    const graph = pick(
      rng,
      graphsOf(model.graph!).filter(({ node }) => node.length > 0),
    );
    if (graph === undefined) break;
    pick(rng, kinds)(graph, pick(rng, graph.node), rng);
  }
  return encodeModel(model);
}
