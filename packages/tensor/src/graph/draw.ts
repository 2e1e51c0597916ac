import { checkWhole, LimbeckError } from '@limbeck/core';
import { showShape } from '../dims.js';
import type { Node } from '../operator.js';
import type { InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { writeDot } from './draw-dot.js';
import { writeMermaid } from './draw-mermaid.js';
import { forwardInputs, topologicalOrder } from './order.js';

/** One box of a picture. */
export interface Box {
  /** A name that the format takes: letters and digits. */
  readonly id: string;
  /** What stands in it. */
  readonly label: string;
  /** What it stands for. */
  readonly kind: 'input' | 'operator' | 'scope' | 'output';
  /** In which scope it is drawn; `''` for none. */
  readonly scope: string;
}

/** One arrow: from what is made to what reads it. */
export interface Arrow {
  /** The `id` of a box. */
  readonly from: string;
  /** Likewise. */
  readonly to: string;
  /** What flows. */
  readonly label: string;
}

/** A picture in boxes and arrows. */
export interface Picture {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** Options of {@link draw}. */
export interface DrawOptions {
  /** Mermaid's flowchart, which Markdown pages show, or Graphviz's DOT. @defaultValue 'mermaid' */
  readonly format?: 'mermaid' | 'dot';
  /** How many levels of scopes are shown; what lies deeper is one box a scope. @defaultValue all */
  readonly depth?: number;
}

/**
 * Draws a graph: inputs, operators in their scopes, outputs, and the shapes that flow between them. Constants are left out. To
 * see what is written to a file, draw what {@link simplify} gives.
 *
 * @param outputs - tensors by name
 * @returns text in the format asked for, the same for the same graph
 * @throws LimbeckError `invalid-option` for another format, or a depth that is no whole number from 0 on
 * @example
 * ```ts
 * import { draw, input } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 2] });
 * console.log(draw({ y: x.exp() }).split('\n')[0]); // flowchart TD
 * ```
 */
export function draw(
  outputs: { readonly [name: string]: Tensor },
  options: DrawOptions = {},
): string {
  const { format = 'mermaid', depth } = options;
  if (depth !== undefined) {
    checkWhole('draw', { depth }, 0, 'Leave it out to show every operator.');
  }
  if (format !== 'mermaid' && format !== 'dot') {
    throw new LimbeckError('invalid-option', {
      where: 'draw',
      given: `format ${JSON.stringify(format)}`,
      expected: '"mermaid" or "dot"',
      next: 'Use "mermaid" for a page, "dot" for Graphviz.',
    });
  }
  const picture = pictureOf(outputs, depth ?? Infinity);
  return format === 'dot' ? writeDot(picture) : writeMermaid(picture);
}

/** The first levels of a scope. */
function cut(scope: string, depth: number): string {
  return scope.split('/').slice(0, depth).join('/');
}

/** Boxes and arrows of a graph with scopes collapsed to a depth. */
export function pictureOf(outputs: { readonly [name: string]: Tensor }, depth: number): Picture {
  const order = topologicalOrder(Object.values(outputs), forwardInputs).filter(
    ({ operator }) => operator.name !== 'constant',
  );
  const boxes = new Map<string, { box: Omit<Box, 'label'>; title: string; count: number }>();
  const keys = new Map<Node, string>();
  const put = (key: string, title: string, kind: Box['kind'], scope: string): void => {
    const found = boxes.get(key);
    if (found !== undefined) found.count++;
    else boxes.set(key, { box: { id: `n${boxes.size}`, kind, scope }, title, count: 1 });
  };
  for (const [i, node] of order.entries()) {
    const place = placeOf(node, i, depth);
    keys.set(node, place.key);
    put(place.key, place.title, place.kind, place.scope);
  }
  const arrows = new Map<string, { from: string; to: string; shapes: string[] }>();
  const connect = (tensor: Tensor, to: string): void => {
    const from = keys.get(tensor.node);
    if (from === undefined || from === to) return;
    const key = `${from}\n${to}`;
    const found = arrows.get(key) ?? { from, to, shapes: [] };
    const shape = showShape(tensor.shape);
    if (!found.shapes.includes(shape)) found.shapes.push(shape);
    arrows.set(key, found);
  };
  for (const node of order) {
    for (const tensor of forwardInputs(node)) connect(tensor, keys.get(node)!);
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    put(`output ${name}`, `${name} ${tensor.dtype} ${showShape(tensor.shape)}`, 'output', '');
    connect(tensor, `output ${name}`);
  }
  return {
    boxes: [...boxes.values()].map(({ box, title, count }) => ({
      ...box,
      label: box.kind === 'scope' ? `${title} (${count})` : title,
    })),
    arrows: [...arrows.values()].map(({ from, to, shapes }) => ({
      from: boxes.get(from)!.box.id,
      to: boxes.get(to)!.box.id,
      label: shapes.length > 2 ? `${shapes[0]!} and ${shapes.length - 1} more` : shapes.join(' '),
    })),
  };
}

/** Which box a node is drawn in, and where that stands. */
function placeOf(
  node: Node,
  number: number,
  depth: number,
): {
  readonly key: string;
  readonly title: string;
  readonly kind: Box['kind'];
  readonly scope: string;
} {
  if (node.operator.name === 'input') {
    const { name, spec } = node.attributes as InputAttributes;
    // Parameters bear their paths as names: those of one part are one box where the part is.
    const path = cut(name, Math.max(1, depth));
    const whole = path === name;
    const title = whole ? `${name} ${spec.dtype} ${showShape(spec.shape)}` : path;
    return { key: `input ${path}`, title, kind: whole ? 'input' : 'scope', scope: '' };
  }
  const levels = node.scope === '' ? 0 : node.scope.split('/').length;
  // A node that stands in a scope of the last level that is shown is part of that scope's box.
  if (levels < depth || (levels === 0 && depth > 0)) {
    return {
      key: `node ${number}`,
      title: node.operator.name,
      kind: 'operator',
      scope: node.scope,
    };
  }
  const shown = cut(node.scope, depth);
  const parent = cut(node.scope, Math.max(0, depth - 1));
  return { key: `scope ${shown}`, title: shown || 'graph', kind: 'scope', scope: parent };
}
