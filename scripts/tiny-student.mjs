/**
 * The beginning of a program: a student of two labels as `config` and `bytes`, made without training. The byte of an `a` counts
 * for one label, every other byte for the other.
 */
export const tinyStudent = `
import { hostTensor } from '@limbeck/core';
import { loadStudent } from '@limbeck/predict/node';
import { constant, input, toOnnx } from '@limbeck/tensor';

const text = { dtype: 'int64', shape: ['batch', 'tokens'] };
const [ids, mask] = [input('input_ids', text), input('attention_mask', text)];
const weights = Array.from({ length: 257 }, (_, id) => (id === 97 ? [1, 0] : [0, 1])).flat();
const table = constant(hostTensor('float32', [257, 2], weights));
const seen = mask.cast('float32').reshape([...mask.shape, 1]);
const { bytes } = toOnnx({ logits: table.gather(ids).mul(seen).sum(1) }, { portable: true });
const limbeck = { formatVersion: 1, family: 'sum', inputs: 'bytes', maxBytes: 8, padId: 256 };
const config = JSON.stringify({ id2label: { 0: 'a', 1: 'others' }, limbeck });
`;
