import { cond } from '../../control/cond.js';
import { scan as scanOver } from '../../control/scan.js';
import { iota, scalar } from '../../functions.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

/**
 * One of two graphs. Where the condition is known while the file is read, as exporters leave it behind for a shape that may
 * vary, only that one is read.
 */
function branch(node: ReadNode): Read {
  const [yes, no] = [node.graph('then_branch'), node.graph('else_branch')];
  const read = (graph: typeof yes): readonly OnnxValue[] => node.environment.inline(graph, []);
  const { host, tensor } = node.value(0);
  if (host !== undefined) return read(Number(host.data[0]) === 0 ? no : yes);
  const tensors = (graph: typeof yes) => (): Tensor[] => read(graph).map((value) => value.tensor);
  return cond(tensor.reshape([]), tensors(yes), tensors(no));
}

/** Whether a scan runs backwards: all of its sequences, in and out, in one direction. */
function isReversed(node: ReadNode): boolean {
  const names = ['scan_input_directions', 'scan_output_directions'];
  const directions = new Set(names.flatMap((name) => node.ints(name) ?? []));
  if (directions.size > 1) node.refuse('sequences in both directions');
  const axes = ['scan_input_axes', 'scan_output_axes'].flatMap((name) => node.ints(name) ?? []);
  if (axes.some((axis) => axis !== 0)) node.refuse('sequences along other axes than the first');
  return directions.has(1);
}

function scan(node: ReadNode): Read {
  const body = node.graph('body');
  const all = node.all().map(({ tensor }) => tensor);
  const carries = all.length - node.int('num_scan_inputs', 1);
  if (carries < 0 || carries === all.length) node.refuse('no sequences');
  const { carry, outputs } = scanOver(
    (carried, elements) => {
      const given = [...carried, ...elements].map((tensor) => OnnxValue.of(tensor));
      const results = node.environment.inline(body, given).map(({ tensor }) => tensor);
      return { carry: results.slice(0, carries), outputs: results.slice(carries) };
    },
    { carry: all.slice(0, carries), over: all.slice(carries), reverse: isReversed(node) },
  );
  return [...carry, ...outputs];
}

/** A loop that runs a number of times, known as a size. One that may end earlier is no scan. */
function loop(node: ReadNode): Read {
  const body = node.graph('body');
  const limit = node.has(0) ? node.value(0).sizes?.[0] : undefined;
  if (limit === undefined) return node.refuse('a number of steps computed from data');
  const condition = node.has(1) ? node.value(1) : OnnxValue.of(scalar(1, 'bool'), true);
  const holds = ({ host }: OnnxValue): boolean => Number(host?.data[0] ?? 0) !== 0;
  if (!holds(condition)) return node.refuse('a condition computed from data');
  const first = node.inputs.slice(2).map((_, i) => node.tensor(i + 2));
  const { carry, outputs } = scanOver(
    (carried, [step]) => {
      const given = [OnnxValue.of(step!), condition, ...carried.map((each) => OnnxValue.of(each))];
      const [goesOn, ...results] = node.environment.inline(body, given);
      if (goesOn === undefined || !holds(goesOn)) node.refuse('an end that depends on data');
      const tensors = results.map(({ tensor }) => tensor);
      return { carry: tensors.slice(0, first.length), outputs: tensors.slice(first.length) };
    },
    { carry: first, over: [iota(limit)] },
  );
  return [...carry, ...outputs];
}

/** Readers of the operators that hold graphs. */
export const controlReaders: { readonly [type: string]: Reader } = {
  If: branch,
  Scan: scan,
  Loop: loop,
};
