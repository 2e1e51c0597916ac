import { denseRows, parseEdges, parseNodeLabels, parseSparseRows } from '@limbeck/data';
import { describe, expect, test } from 'vitest';

/** A CSR1 file of two rows and three columns: (·, 2, 3) and (1, ·, ·). */
function csr(kind: 0 | 1 | 2, edit: (view: DataView) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(20 + 12 + 8 + [0, 3, 12][kind]!);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('CSR1'));
  [2, 3, 3, kind, 0, 2, 3].forEach((word, i) => view.setUint32(4 + 4 * i, word, true));
  [1, 2, 0].forEach((column, i) => view.setUint16(32 + 2 * i, column, true));
  if (kind === 1) bytes.set([2, 3, 1], 40);
  if (kind === 2) [2, 3, 1].forEach((value, i) => view.setFloat32(40 + 4 * i, value, true));
  edit(view);
  return bytes;
}

const corrupt = expect.objectContaining({ code: 'corrupt-file' }) as Error;

describe('parseSparseRows', () => {
  test.each([
    [0, [0, 1, 1, 1, 0, 0]],
    [1, [0, 2, 3, 1, 0, 0]],
    [2, [0, 2, 3, 1, 0, 0]],
  ] as const)('reads values of kind %i', (kind, expected) => {
    const rows = parseSparseRows(csr(kind));
    expect(Array.from(denseRows(rows).data)).toEqual(expected);
    expect(denseRows(rows).shape).toEqual([2, 3]);
  });

  test('reads a file at an odd offset of a larger array', () => {
    const shifted = new Uint8Array(60).subarray(3, 55);
    shifted.set(csr(2));
    expect(Array.from(parseSparseRows(shifted).values)).toEqual([2, 3, 1]);
  });

  test('divides rows by their sums, of values or of ones', () => {
    const rows = parseSparseRows(csr(1));
    const near = (data: Float32Array) => Array.from(data, (value) => Number(value.toFixed(6)));
    expect(near(denseRows(rows, { normalise: true }).data)).toEqual([0, 0.4, 0.6, 1, 0, 0]);
    expect(near(denseRows(rows, { normalise: true, binary: true }).data)).toEqual([
      0, 0.5, 0.5, 1, 0, 0,
    ]);
    const empty = { ...rows, starts: Int32Array.of(0, 0, 3), indices: Int32Array.of(0, 1, 2) };
    expect(Array.from(denseRows(empty, { normalise: true }).data.subarray(0, 3))).toEqual([
      0, 0, 0,
    ]);
  });

  test.each([
    ['no magic', csr(0, (view) => view.setUint8(0, 1))],
    ['a short header', csr(0).subarray(0, 19)],
    ['an unknown kind', csr(0, (view) => view.setUint32(16, 3, true))],
    ['bytes cut off', csr(2).subarray(0, 50)],
    ['more rows than bytes', csr(0, (view) => view.setUint32(4, 0xffff_fff0, true))],
    ['more entries than bytes', csr(0, (view) => view.setUint32(12, 0xffff_fff0, true))],
    ['a first pointer that is not 0', csr(0, (view) => view.setUint32(20, 1, true))],
    ['pointers that fall', csr(0, (view) => view.setUint32(24, 4, true))],
    ['a column out of range', csr(0, (view) => view.setUint16(34, 3, true))],
    ['columns that do not ascend', csr(0, (view) => view.setUint16(34, 1, true))],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parseSparseRows(bytes)).toThrow(corrupt);
  });
});

describe('parseEdges', () => {
  test('reads edges in order', () => {
    const { sources, targets } = parseEdges('src,dst\n0,1\n0,4\n2,3\n', 5);
    expect([...sources]).toEqual([0, 0, 2]);
    expect([...targets]).toEqual([1, 4, 3]);
  });

  test.each([
    ['another header', 'from,to\n0,1\n'],
    ['a node out of range', 'src,dst\n0,5\n'],
    ['a self loop', 'src,dst\n1,1\n'],
    ['the higher end first', 'src,dst\n2,1\n'],
    ['an edge twice', 'src,dst\n0,1\n0,1\n'],
    ['a line of one number', 'src,dst\n0\n'],
    ['text', 'src,dst\n0,x\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseEdges(text, 5)).toThrow(corrupt);
  });
});

describe('parseNodeLabels', () => {
  test('reads a label for each node', () => {
    expect([...parseNodeLabels('node,label\n1,0\n0,2\n', 2, 3)]).toEqual([2, 0]);
  });

  test.each([
    ['a class out of range', 'node,label\n0,3\n1,0\n'],
    ['a node out of range', 'node,label\n0,0\n2,0\n'],
    ['a node twice', 'node,label\n0,0\n0,0\n'],
    ['a node without a label', 'node,label\n0,0\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseNodeLabels(text, 2, 3)).toThrow(corrupt);
  });
});
