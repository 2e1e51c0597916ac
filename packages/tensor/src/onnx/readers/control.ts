import { cond } from '../../control/cond.js';
import { scan } from '../../control/scan.js';
import type { GraphProto } from '../gen/onnx_pb.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

function tensorsOf(node: ReadNode, graph: GraphProto, given: readonly Tensor[] = []): Tensor[] {
  const inputs = given.map((tensor) => OnnxValue.of(tensor));
  return node.environment.inline(graph, inputs).map(({ tensor }) => tensor);
}

/** A branch that is known while the file is read is read alone, as exporters leave it behind for a shape that may vary. */
function branch(node: ReadNode): Read {
  const predicate = node.value(0);
  const [then, otherwise] = [node.graph('then_branch'), node.graph('else_branch')];
  if (predicate.host !== undefined) {
    const chosen = Number(predicate.host.data[0]) === 0 ? otherwise : then;
    return node.environment.inline(chosen, []);
  }
  return cond<readonly Tensor[]>(
    predicate.tensor.reshape([]),
    () => tensorsOf(node, then),
    () => tensorsOf(node, otherwise),
  );
}

/** Sequences against the direction of the others are turned round. */
function turned(
  tensors: readonly Tensor[],
  directions: readonly number[],
  reverse: boolean,
): Tensor[] {
  return tensors.map((tensor, i) =>
    ((directions[i] ?? 0) === 1 ? !reverse : reverse) ? tensor.flip(0) : tensor,
  );
}

function repeated(node: ReadNode): Read {
  for (const name of ['scan_input_axes', 'scan_output_axes']) {
    if (node.ints(name)?.some((axis) => axis !== 0) === true) node.refuse(name);
  }
  const sequences = node.int('num_scan_inputs', 1);
  const inputs = node.all().map(({ tensor }) => tensor);
  const carry = inputs.slice(0, inputs.length - sequences);
  const directions = node.ints('scan_input_directions') ?? [];
  const reverse = directions[0] === 1;
  const over = turned(inputs.slice(carry.length), directions, reverse);
  const body = node.graph('body');
  const found = scan(
    (carried, elements) => {
      const results = tensorsOf(node, body, [...carried, ...elements]);
      return { carry: results.slice(0, carry.length), outputs: results.slice(carry.length) };
    },
    { carry, over, reverse },
  );
  const outputs = turned(found.outputs, node.ints('scan_output_directions') ?? [], reverse);
  return [...found.carry, ...outputs];
}

/** Readers of the operators that hold graphs. */
export const controlReaders: { readonly [type: string]: Reader } = {
  If: branch,
  Scan: repeated,
};
