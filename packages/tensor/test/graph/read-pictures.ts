/** What a reader of a picture finds. */
export interface Found {
  readonly nodes: { readonly id: string; readonly label: string }[];
  readonly edges: { readonly from: string; readonly to: string; readonly label: string }[];
}

/** Reads the part of Graphviz's grammar that pictures use, token by token. @throws for anything else */
export function parseDot(text: string): Found {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|->|[{}[\];,=]|[A-Za-z_0-9]+/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`expected ${expected ?? 'more'} at token ${at}, not ${token}`);
    }
    return token;
  };
  const value = (): string => {
    const token = take();
    return token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
  };
  const attributes = (): Map<string, string> => {
    const found = new Map<string, string>();
    take('[');
    while (tokens[at] !== ']') {
      const key = value();
      take('=');
      found.set(key, value());
      if (tokens[at] === ',') take(',');
    }
    take(']');
    return found;
  };
  const found: Found = { nodes: [], edges: [] };
  const statements = (): void => {
    take('{');
    while (tokens[at] !== '}') {
      const first = value();
      if (first === 'subgraph') {
        take();
        statements();
      } else if (tokens[at] === '=') {
        take('=');
        value();
        take(';');
      } else if (tokens[at] === '->') {
        take('->');
        const to = value();
        found.edges.push({ from: first, to, label: attributes().get('label') ?? '' });
        take(';');
      } else {
        found.nodes.push({ id: first, label: attributes().get('label') ?? '' });
        take(';');
      }
    }
    take('}');
  };
  take('digraph');
  statements();
  if (at !== tokens.length) throw new Error('text behind the graph');
  return found;
}

/** Reads the part of Mermaid's flowcharts that pictures use, line by line. @throws for any other line */
export function parseMermaid(text: string): Found {
  const [first, ...lines] = text.trimEnd().split('\n');
  if (first !== 'flowchart TD') throw new Error(`not a flowchart: ${first}`);
  const plain = (quoted: string): string =>
    quoted
      .replaceAll('#quot;', '"')
      .replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  const found: Found = { nodes: [], edges: [] };
  let depth = 0;
  for (const line of lines) {
    const node = /^ +(\w+)(?:\[\/|\[\[|\(\[|\[)"([^"]*)"(?:\/\]|\]\]|\]\)|\])$/.exec(line);
    const edge = /^ +(\w+) -->\|"([^"]*)"\| (\w+)$/.exec(line);
    if (/^ +subgraph \w+\["[^"]*"\]$/.test(line)) depth++;
    else if (/^ +end$/.test(line)) depth--;
    else if (edge !== null) {
      found.edges.push({ from: edge[1]!, label: plain(edge[2]!), to: edge[3]! });
    } else if (node !== null) found.nodes.push({ id: node[1]!, label: plain(node[2]!) });
    else throw new Error(`not a line of a flowchart: ${line}`);
  }
  if (depth !== 0) throw new Error('a subgraph has no end');
  return found;
}
