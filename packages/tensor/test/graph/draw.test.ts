import { fc, test } from '@fast-check/vitest';
import { draw, grad, input, inScope, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { forwardInputs, topologicalOrder } from '../../src/graph/order.js';
import { randomGraphs } from '../support/random-graphs.js';
import { inputsOf } from '../support/trial.js';
import { parseDot, parseMermaid } from './read-pictures.js';

const x = input('x', { dtype: 'float32', shape: ['batch', 3] });
const w = input('weights/head/w', { dtype: 'float32', shape: [3, 2] });
const hidden = inScope('encoder/0', () => inScope('encoder/0/attention', () => x.exp()).add(x));
const deep = inScope('encoder/1', () => hidden.tanh());
const y = deep.matmul(w);

describe('draw', () => {
  test('as Mermaid, every operator in its scopes', () => {
    expect(draw({ y })).toMatchInlineSnapshot(`
      "flowchart TD
        n0[/"x float32 [batch, 3]"/]
        n4[/"weights/head/w float32 [3, 2]"/]
        n5["matmul"]
        n6(["y float32 [batch, 2]"])
        subgraph s0["encoder"]
          subgraph s1["encoder/0"]
            n2["add"]
            subgraph s2["encoder/0/attention"]
              n1["exp"]
            end
          end
          subgraph s3["encoder/1"]
            n3["tanh"]
          end
        end
        n0 -->|"[batch, 3]"| n1
        n1 -->|"[batch, 3]"| n2
        n0 -->|"[batch, 3]"| n2
        n2 -->|"[batch, 3]"| n3
        n3 -->|"[batch, 3]"| n5
        n4 -->|"[3, 2]"| n5
        n5 -->|"[batch, 2]"| n6
      "
    `);
  });

  test('as Mermaid, scopes below the first level in one box', () => {
    expect(draw({ y }, { depth: 1 })).toMatchInlineSnapshot(`
      "flowchart TD
        n0[/"x float32 [batch, 3]"/]
        n1[["encoder (3)"]]
        n2[["weights (1)"]]
        n3["matmul"]
        n4(["y float32 [batch, 2]"])
        n0 -->|"[batch, 3]"| n1
        n1 -->|"[batch, 3]"| n3
        n2 -->|"[3, 2]"| n3
        n3 -->|"[batch, 2]"| n4
      "
    `);
  });

  test('as DOT, two levels', () => {
    expect(draw({ y }, { format: 'dot', depth: 2 })).toMatchInlineSnapshot(`
      "digraph {
        n0 [shape=invtrapezium, label="x float32 [batch, 3]"];
        n3 [shape=box3d, label="weights/head (1)"];
        n4 [shape=box, label="matmul"];
        n5 [shape=ellipse, label="y float32 [batch, 2]"];
        subgraph cluster_0 {
          label="encoder";
          n1 [shape=box3d, label="encoder/0 (2)"];
          n2 [shape=box3d, label="encoder/1 (1)"];
        }
        n0 -> n1 [label="[batch, 3]"];
        n1 -> n2 [label="[batch, 3]"];
        n2 -> n4 [label="[batch, 3]"];
        n3 -> n4 [label="[3, 2]"];
        n4 -> n5 [label="[batch, 2]"];
      }
      "
    `);
  });

  test('at depth 0 all operators are one box between inputs and outputs', () => {
    const { nodes, edges } = parseDot(draw({ y }, { format: 'dot', depth: 0 }));
    expect(nodes.map(({ label }) => label).sort()).toEqual([
      'graph (4)',
      'weights (1)',
      'x float32 [batch, 3]',
      'y float32 [batch, 2]',
    ]);
    expect(edges).toHaveLength(3);
  });

  test('names with quotes, backslashes and number signs are kept', () => {
    const odd = input('a "b" \\ #1', { dtype: 'float32', shape: [] });
    for (const [format, parse] of [
      ['dot', parseDot],
      ['mermaid', parseMermaid],
    ] as const) {
      const labels = parse(draw({ out: odd.exp() }, { format })).nodes.map(({ label }) => label);
      expect(labels).toContain('a "b" \\ #1 float32 []');
    }
  });

  test('names cannot leave their place in Mermaid, nor become HTML', () => {
    const odd = input('a\n  end <b>', { dtype: 'float32', shape: [] });
    const drawn = draw({ out: odd.exp() }, { format: 'mermaid' });
    expect(drawn).toContain('["a#10;  end #60;b#62; float32 []"'.slice(1));
    expect(parseMermaid(drawn).nodes.map(({ label }) => label)).toContain(
      'a\n  end <b> float32 []',
    );
  });

  test.prop([randomGraphs], { numRuns: 60, seed: 12 })(
    'has a box for every node and an arrow for every reading, as a reader of either format finds',
    (trial) => {
      const inputs = inputsOf(trial);
      const results = trial.build(inputs);
      const outputs = Object.fromEntries(results.map((tensor, i) => [`out${i}`, tensor]));
      const order = topologicalOrder(results, forwardInputs).filter(
        ({ operator }) => operator.name !== 'constant',
      );
      const pairs = new Set<string>();
      for (const node of order) {
        for (const { node: from } of forwardInputs(node)) {
          if (from.operator.name !== 'constant') {
            pairs.add(`${order.indexOf(from)} ${order.indexOf(node)}`);
          }
        }
      }
      const fetched = Object.values(outputs).filter(
        ({ node }) => node.operator.name !== 'constant',
      ).length;
      for (const { nodes, edges } of [
        parseDot(draw(outputs, { format: 'dot' })),
        parseMermaid(draw(outputs)),
      ]) {
        expect(nodes).toHaveLength(order.length + results.length);
        expect(edges).toHaveLength(pairs.size + fetched);
        const ids = new Set(nodes.map(({ id }) => id));
        expect(ids.size).toBe(nodes.length);
        for (const { from, to } of edges) expect(ids.has(from) && ids.has(to)).toBe(true);
      }
    },
  );

  test('collapsing keeps what reaches what between the boxes that stay', () => {
    const [dx] = grad(y.square().sum(), [x]);
    const outputs: { readonly [name: string]: Tensor } = { y, dx: dx! };
    const flat = parseDot(draw(outputs, { format: 'dot' }));
    const folded = parseDot(draw(outputs, { format: 'dot', depth: 1 }));
    expect(folded.nodes.length).toBeLessThan(flat.nodes.length);
    const reach = ({ nodes, edges }: ReturnType<typeof parseDot>): string[] => {
      const start = nodes.find(({ label }) => label.startsWith('x '))!.id;
      const seen = new Set([start]);
      for (const id of seen) for (const { from, to } of edges) if (from === id) seen.add(to);
      return nodes.flatMap(({ id, label }) =>
        seen.has(id) && /^(y|dx) /.test(label) ? [label] : [],
      );
    };
    expect(reach(folded)).toEqual(reach(flat));
    expect(reach(flat)).toHaveLength(2);
  });

  test.each([
    [{ depth: -1 }, 'depth -1'],
    [{ depth: 1.5 }, 'depth 1.5'],
    [{ format: 'svg' as 'dot' }, 'format "svg"'],
  ])('refuses %j', (options, given) => {
    expect(() => draw({ y }, options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', where: 'draw', given }),
    );
  });

  test('is the same for the same graph', () => {
    fc.assert(
      fc.property(randomGraphs, (trial) => {
        const results = trial.build(inputsOf(trial));
        const outputs = Object.fromEntries(results.map((tensor, i) => [`out${i}`, tensor]));
        expect(draw(outputs)).toBe(draw(outputs));
      }),
      { numRuns: 5 },
    );
  });
});
