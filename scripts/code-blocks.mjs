// Finds the ```ts blocks of Markdown and of doc comments, and reads from their comments what they print.
import ts from 'typescript';

/** The ```ts blocks of a text, with the line of their fence. */
export function fenced(text, firstLine) {
  const blocks = [];
  let open;
  text.split('\n').forEach((line, i) => {
    const fence = /^\s*(`{3,})\s*(.*)$/.exec(line);
    if (open && fence && fence[2] === '' && fence[1].length >= open.ticks) {
      if (/^ts\b/.test(open.info)) {
        blocks.push({
          line: open.line,
          code: open.lines.join('\n'),
          run: !/no-run/.test(open.info),
        });
      }
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (fence) {
      open = { info: fence[2], ticks: fence[1].length, line: firstLine + i, lines: [] };
    }
  });
  return blocks;
}

/** The blocks of a document's text; of a source file, those of its doc comments. */
export function blocksOf(file, content) {
  const text = content.replaceAll('\r\n', '\n');
  if (file.endsWith('.md')) return fenced(text, 1);
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const body = match[0]
      .replace(/^\/\*\*/, '')
      .replace(/\*\/$/, '')
      .replaceAll(/^[ \t]*\* ?/gm, '');
    return fenced(body, line);
  });
}

/** What a block says it prints: the comments behind its console.log calls. */
export function expectedOutput(code) {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2023, true);
  const expected = [];
  let silent = 0;
  const visit = (node) => {
    if (ts.isExpressionStatement(node) && /^(?:await )?console\.log\(/.test(node.getText(source))) {
      const comments = commentsBehind(code, node.end);
      if (comments.length === 0) silent++;
      expected.push(...comments);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { expected, silent };
}

/** The text of the comment behind a position on its line, and of the comment lines right below. */
function commentsBehind(code, end) {
  const lines = code.slice(end).split('\n');
  const found = [];
  const first = /^[\s)};]*\/\/ ?(.*)$/.exec(lines[0]);
  if (first) found.push(first[1]);
  else if (lines[0].trim() !== '') return found;
  for (const line of lines.slice(1)) {
    const comment = /^\s*\/\/ ?(.*)$/.exec(line);
    if (!comment) break;
    found.push(comment[1]);
  }
  return found.map((text) => text.trimEnd());
}

/** Whether a printed line is what a comment says. */
export function matches(printed, expected) {
  const escaped = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(printed.trim());
}
