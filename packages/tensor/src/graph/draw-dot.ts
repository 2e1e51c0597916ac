import type { Box, Picture } from './draw.js';
import { type ScopeTree, scopeTree } from './draw-scopes.js';

/** A quoted identifier of DOT. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

const shapes: { readonly [K in Box['kind']]: string } = {
  input: 'invtrapezium',
  operator: 'box',
  scope: 'box3d',
  output: 'ellipse',
};

/** A picture in Graphviz's language. */
export function writeDot(picture: Picture): string {
  const lines = ['digraph {'];
  let groups = 0;
  const write = ({ boxes, inner }: ScopeTree, indent: string): void => {
    for (const { id, label, kind } of boxes) {
      lines.push(`${indent}${id} [shape=${shapes[kind]}, label=${quoted(label)}];`);
    }
    for (const tree of inner) {
      lines.push(`${indent}subgraph cluster_${groups++} {`);
      lines.push(`${indent}  label=${quoted(tree.path)};`);
      write(tree, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  write(scopeTree(picture), '  ');
  for (const { from, to, label } of picture.arrows) {
    lines.push(`  ${from} -> ${to} [label=${quoted(label)}];`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}
