import type { GraphProto, NodeProto } from './gen/onnx_pb.js';
import { freshNames } from './node-paths.js';

/** Names that exporters make up and count anew in each file. */
const anonymous = /^(onnx::.*|(const_fold_opt|const|val|t)?_*\d+)$/;

/** What an input of an operator is to it, by its index. */
const roles: { readonly [operator: string]: readonly (string | undefined)[] } = {
  Conv: [undefined, 'weight', 'bias'],
  ConvTranspose: [undefined, 'weight', 'bias'],
  Gemm: ['left', 'weight', 'bias'],
  MatMul: ['left', 'weight'],
  FusedMatMul: ['left', 'weight'],
  Gather: ['weight'],
  LayerNormalization: [undefined, 'weight', 'bias'],
  SimplifiedLayerNormalization: [undefined, 'weight'],
  RMSNormalization: [undefined, 'weight'],
  InstanceNormalization: [undefined, 'weight', 'bias'],
  GroupNormalization: [undefined, 'weight', 'bias'],
  BatchNormalization: [undefined, 'weight', 'bias', 'running_mean', 'running_var'],
  PRelu: [undefined, 'slope'],
  Add: ['bias', 'bias'],
  Sub: ['bias', 'bias'],
  Mul: ['scale', 'scale'],
  Div: ['scale', 'scale'],
};

/** Operators behind which a value still is what it was. */
const transparent = new Set(['Transpose', 'Reshape', 'Identity', 'Cast', 'Unsqueeze', 'Squeeze']);

interface Use {
  readonly node: NodeProto;
  readonly index: number;
}

/** For each value, the first use in the order of the file. */
function firstUses(graph: GraphProto): Map<string, Use> {
  const uses = new Map<string, Use>();
  for (const node of graph.node) {
    node.input.forEach((name, index) => {
      if (name !== '' && !uses.has(name)) uses.set(name, { node, index });
    });
  }
  return uses;
}

function roleOf(uses: ReadonlyMap<string, Use>, name: string): [NodeProto, string] | undefined {
  let use = uses.get(name);
  // A chain of such operators is at most as long as the file.
  for (let hops = 0; use !== undefined && hops < 16; hops++) {
    const next = transparent.has(use.node.opType) ? uses.get(use.node.output[0] ?? '') : undefined;
    if (next === undefined) break;
    use = next;
  }
  if (use === undefined) return undefined;
  const role = roles[use.node.opType]?.[use.index] ?? `input${use.index}`;
  return [use.node, role];
}

/**
 * Names for initialisers that stay the same when the model is exported again: its own where the file has one, and
 * for anonymous ones (`onnx::MatMul_306`) the path of the node that uses it and its role there, in the style of the
 * names that the file has: `encoder.layer.0.query.weight` beside `encoder.layer.0.query.bias`, or
 * `encoder/layer/0/query/weight`.
 *
 * @param pathOf - the unique path of a node
 * @param names - the initialisers to name
 */
export function stableNames(
  graph: GraphProto,
  names: readonly string[],
  pathOf: (node: NodeProto) => string,
): Map<string, string> {
  const uses = firstUses(graph);
  const taken = new Set([...names, ...graph.input.map(({ name }) => name)]);
  const own = names.filter((name) => !anonymous.test(name));
  const isDotted =
    own.some((name) => name.includes('.')) && !own.some((name) => name.includes('/'));
  const joint = isDotted ? '.' : '/';
  const wishes = new Map<string, { readonly short: string; readonly long: string }>();
  const counts = new Map<string, number>();
  for (const name of names) {
    const found = anonymous.test(name) ? roleOf(uses, name) : undefined;
    if (found === undefined) continue;
    const parts = pathOf(found[0]).split('/');
    const [module, whole] = [parts.slice(0, -1), parts].map((path) =>
      [...path, found[1]].join(joint),
    ) as [string, string];
    const short = parts.length > 1 ? module : whole;
    wishes.set(name, { short, long: whole });
    counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  const result = new Map<string, string>();
  const fresh = freshNames(taken);
  for (const name of names) {
    const wish = wishes.get(name);
    if (wish === undefined) {
      result.set(name, name);
      continue;
    }
    // Where two of one role share a module, each has its node's name too, whichever comes first in the file.
    const isAlone = counts.get(wish.short) === 1 && !taken.has(wish.short);
    const base = isAlone ? wish.short : wish.long;
    result.set(name, fresh(base));
  }
  return result;
}
