import type { Box, Picture } from './draw.js';
import { type ScopeTree, scopeTree } from './draw-scopes.js';

/** What would end a quoted text, begins what Mermaid replaces, or would be read as HTML. */
const special = /[#"<>\p{Cc}]/gu;

function quoted(text: string): string {
  return `"${text.replaceAll(special, (found) => (found === '"' ? '#quot;' : `#${found.codePointAt(0)};`))}"`;
}

const shapes: { readonly [K in Box['kind']]: readonly [string, string] } = {
  input: ['[/', '/]'],
  operator: ['[', ']'],
  scope: ['[[', ']]'],
  output: ['([', '])'],
};

/** A picture as Mermaid's flowchart. */
export function writeMermaid(picture: Picture): string {
  const lines = ['flowchart TD'];
  let groups = 0;
  const write = ({ boxes, inner }: ScopeTree, indent: string): void => {
    for (const { id, label, kind } of boxes) {
      const [open, close] = shapes[kind];
      lines.push(`${indent}${id}${open}${quoted(label)}${close}`);
    }
    for (const tree of inner) {
      lines.push(`${indent}subgraph s${groups++}[${quoted(tree.path)}]`);
      write(tree, `${indent}  `);
      lines.push(`${indent}end`);
    }
  };
  write(scopeTree(picture), '  ');
  for (const { from, to, label } of picture.arrows) {
    lines.push(`  ${from} -->|${quoted(label)}| ${to}`);
  }
  return `${lines.join('\n')}\n`;
}
