import { trials } from './trial.js';
import type { Cases } from './operator-cases.js';

/** Products, normalisations, windows and indexed operators. */
export const linearCases: Cases = {
  matmul: trials((m) => {
    const [rows, inner, columns] = [m.dim(0, 3), m.dim(0, 3), m.dim(0, 3)];
    const [transposeA, transposeB] = [m.chance(), m.chance()];
    const batch = m.shape(0, 2);
    const narrow = m.chance() ? batch : m.narrower(batch);
    const [a, b] = m.chance() ? [batch, narrow] : [narrow, batch];
    // The wider one binds the names of the batch, whichever side it is on.
    m.floats('a', [...a, ...(transposeA ? [inner, rows] : [rows, inner])]);
    m.floats('b', [...b, ...(transposeB ? [columns, inner] : [inner, columns])]);
    return m.trial((t) => [t.a!.matmul(t.b!, { transposeA, transposeB })]);
  }),
  gemm: trials((m) => {
    const [rows, inner, columns] = [m.dim(0, 3), m.dim(0, 3), m.dim(0, 3)];
    const [transposeA, transposeB, whole] = [m.chance(), m.chance(), m.chance()];
    const batch = whole ? [] : m.shape(0, 2);
    m.floats('a', [...batch, ...(transposeA ? [inner, rows] : [rows, inner])]);
    m.floats('b', [...batch, ...(transposeB ? [columns, inner] : [inner, columns])]);
    if (whole) m.floats('c', m.narrower([rows, columns]));
    const how = { transposeA, transposeB, alpha: m.whole(-2, 3) / 2, beta: m.whole(-2, 3) / 2 };
    return m.trial(({ a, b, c }) => [a!.gemm(b!, c === undefined ? how : { ...how, addend: c })]);
  }),
  affine: trials((m) => {
    const [inner, columns] = [m.dim(0, 3), m.dim(0, 3)];
    m.floats('x', [...m.shape(1, 2), inner]);
    m.floats('w', [inner, columns]);
    m.floats('b', [columns]);
    return m.trial(({ x, w, b }) => [x!.affine(w!, b!)]);
  }),
  softmax: trials((m) => {
    m.floats('x', [...m.shape(0, 2), m.dim(1, 4)]);
    return m.trial(({ x }) => [x!.softmax()]);
  }),
  logSoftmax: trials((m) => {
    m.floats('x', [...m.shape(0, 2), m.dim(1, 4)]);
    return m.trial(({ x }) => [x!.logSoftmax()]);
  }),
  layerNorm: trials((m) => {
    const width = m.dim(2, 4);
    m.floats('x', [...m.shape(0, 2), width]);
    m.floats('gamma', [width]);
    m.floats('beta', [width]);
    // A large ε keeps the third derivative small where a row happens to be nearly constant.
    return m.trial(({ x, gamma, beta }) => [x!.layerNorm(gamma!, beta!, 0.5)]);
  }),
  conv1d: trials((m) => {
    const [kernel, stride, channels] = [m.whole(1, 3), m.whole(1, 3), m.whole(1, 3)];
    m.floats('x', [m.dim(0, 2), channels, m.dim(kernel, 6)]);
    m.floats('w', [m.whole(1, 3), channels, kernel]);
    return m.trial(({ x, w }) => [x!.conv1d(w!, { stride })]);
  }),
  unfold1d: trials((m) => {
    const [kernel, stride] = [m.whole(1, 3), m.whole(1, 3)];
    m.floats('x', [m.dim(0, 2), m.whole(1, 3), m.dim(kernel, 6)]);
    return m.trial(({ x }) => [x!.unfold1d({ kernel, stride })]);
  }),
  fold1d: trials((m) => {
    const [kernel, stride, positions] = [m.whole(1, 3), m.whole(1, 3), m.whole(1, 3)];
    const length = (positions - 1) * stride + kernel + m.whole(0, stride - 1);
    m.floats('x', [m.dim(0, 2), m.whole(1, 2) * kernel, positions]);
    return m.trial(({ x }) => [x!.fold1d({ kernel, stride, length })]);
  }),
  gather: trials((m) => {
    const rows = m.dim(1, 4);
    m.floats('table', [rows, ...m.shape(0, 2)]);
    m.wholes('at', m.shape(0, 2), 0, m.size(rows) - 1, m.chance() ? 'int64' : 'int32');
    return m.trial(({ table, at }) => [table!.gather(at!)]);
  }),
  scatterAddRows: trials((m) => {
    const [count, rows] = [m.dim(0, 4), m.whole(1, 3)];
    m.floats('x', [count, ...m.shape(0, 2)]);
    m.wholes('at', [count], 0, rows - 1);
    return m.trial(({ x, at }) => [x!.scatterAddRows(at!, rows)]);
  }),
  takeAlong: trials((m) => {
    const [lead, size, after] = [m.shape(0, 1), m.dim(1, 4), m.shape(0, 1)];
    m.floats('x', [...lead, size, ...after]);
    m.wholes('at', [...lead, m.dim(0, 3), ...after], 0, m.size(size) - 1);
    return m.trial(({ x, at }) => [x!.gatherAlong(lead.length, at!)]);
  }),
  scatterOnto: trials((m) => {
    const [lead, trail, size] = [m.shape(0, 1), m.shape(0, 1), m.whole(1, 3)];
    const shape = [...lead, m.dim(0, 3), ...trail];
    m.floats('x', shape);
    m.wholes('at', shape, 0, size - 1);
    m.floats('base', [...lead, size, ...trail]);
    return m.trial(({ base, x, at }) => [base!.scatterOnto(x!, at!, lead.length)]);
  }),
  scatterAddAlong: trials((m) => {
    const [lead, size] = [m.shape(0, 1), m.whole(1, 3)];
    const shape = [...lead, m.dim(0, 4), ...m.shape(0, 1)];
    m.floats('x', shape);
    m.wholes('at', shape, 0, size - 1);
    return m.trial(({ x, at }) => [x!.scatterAddAlong(at!, size, lead.length)]);
  }),
  rmsNorm: trials((m) => {
    const width = m.dim(1, 4);
    m.floats('x', [...m.shape(0, 2), width]);
    m.floats('gamma', [width]);
    return m.trial(({ x, gamma }) => [x!.rmsNorm(gamma!, 0.5)]);
  }),
};
