import type { OneNode } from '../one-node.js';
import { f, fill, i, positive, unary } from './values.js';

const spatial = f(2, 4, 6, 5);

/** What looks through windows, and what normalises. */
export const windows: readonly [string, OneNode][] = [
  unary('Conv', {
    inputs: [spatial, f(3, 4, 3, 3), f(3)],
    attributes: { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] },
  }),
  unary('Conv', {
    inputs: [spatial, f(6, 2, 3, 3)],
    attributes: { group: 2, auto_pad: 'SAME_UPPER', strides: [2, 2] },
  }),
  unary('Conv', { inputs: [spatial, f(3, 4, 2, 2)], attributes: { auto_pad: 'SAME_LOWER' } }),
  unary('Conv', {
    inputs: [f(2, 3, 7), f(4, 3, 3), f(4)],
    attributes: { strides: [2], pads: [1, 1] },
  }),
  unary('Conv', { inputs: [spatial, f(4, 1, 3, 3)], attributes: { group: 4, auto_pad: 'VALID' } }),
  unary('ConvTranspose', {
    inputs: [spatial, f(4, 3, 3, 3), f(3)],
    attributes: { strides: [2, 2], pads: [1, 1, 0, 1], output_padding: [1, 0] },
  }),
  unary('ConvTranspose', {
    inputs: [f(2, 4, 5), f(4, 2, 3)],
    attributes: { group: 2, strides: [2] },
  }),
  unary('MaxPool', {
    inputs: [spatial],
    attributes: { kernel_shape: [2, 3], strides: [2, 1], pads: [0, 1, 0, 1] },
  }),
  unary('MaxPool', {
    inputs: [f(2, 3, 7)],
    attributes: { kernel_shape: [3], strides: [2], ceil_mode: 1 },
  }),
  unary('AveragePool', {
    inputs: [spatial],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  }),
  unary('AveragePool', {
    inputs: [spatial],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
  }),
  unary('GlobalAveragePool', { inputs: [spatial] }),
  unary('GlobalMaxPool', { inputs: [spatial] }),
  unary('BatchNormalization', {
    inputs: [spatial, f(4), f(4), f(4), positive(4)],
    constants: [1, 2, 3, 4],
    attributes: { epsilon: { float: 0.01 } },
  }),
  unary('InstanceNormalization', { inputs: [spatial, f(4), f(4)] }),
  unary('GroupNormalization', { inputs: [spatial, f(4), f(4)], attributes: { num_groups: 2 } }),
  unary('LayerNormalization', { inputs: [f(2, 3, 4), f(4), f(4)] }),
  unary('LayerNormalization', {
    inputs: [f(2, 3, 4), f(3, 4), f(3, 4)],
    attributes: { axis: 1 },
    outputs: 3,
  }),
  unary('LayerNormalization', {
    inputs: [f(2, 3, 4), f(4)],
    attributes: { epsilon: { float: 0.1 } },
  }),
  unary('RMSNormalization', { opset: 23, inputs: [f(2, 3, 4), f(4)] }),
  unary('SimplifiedLayerNormalization', { inputs: [f(2, 3, 4), f(4)] }),
  unary('SkipLayerNormalization', {
    domain: 'com.microsoft',
    inputs: [f(2, 3, 4), f(2, 3, 4), f(4), f(4), f(4)],
    named: false,
  }),
  unary('SkipSimplifiedLayerNormalization', {
    domain: 'com.microsoft',
    inputs: [f(2, 3, 4), f(2, 3, 4), f(4)],
    named: false,
  }),
  unary('LpNormalization', { inputs: [f(2, 3)] }),
  unary('LpNormalization', { inputs: [f(2, 3)], attributes: { p: 1, axis: 0 } }),
  unary('MeanVarianceNormalization', { inputs: [spatial] }),
  unary('Resize', {
    inputs: [spatial, undefined, fill([4], 1, 1, 2, 0.6)],
    constants: [2],
    attributes: { mode: 'linear' },
  }),
  unary('Resize', {
    inputs: [spatial, undefined, undefined, i(2, 4, 9, 3)],
    constants: [3],
    attributes: { coordinate_transformation_mode: 'align_corners', mode: 'linear' },
    named: false,
  }),
  unary('Resize', {
    inputs: [spatial, undefined, undefined, i(3, 7)],
    constants: [3],
    attributes: { axes: [2, 3], nearest_mode: 'ceil' },
  }),
  unary('Upsample', { opset: 9, inputs: [spatial, fill([4], 1, 1, 2, 2)], constants: [1] }),
];
