import { canonicalJson } from '@limbeck/core';
import type { Node, Operator } from '../../operator.js';
import type { ConstantAttributes } from '../../ops/source.js';
import { Tensor } from '../../tensor.js';
import type { Pass } from '../rewrite.js';
import { foldLimit } from './constants.js';

/** Makes one of equal expressions. Changes no bit. */
export const sharing: Pass = {
  name: 'sharing',
  start: () => {
    const known = new Map<string, Node>();
    const numbers = new Map<Node, number>();
    const numberOf = (node: Node): number => {
      const number = numbers.get(node) ?? numbers.size;
      numbers.set(node, number);
      return number;
    };
    return (node) => {
      const key = meaning(node, numberOf);
      const found = known.get(key);
      if (found === undefined) known.set(key, node);
      return found === undefined || found === node
        ? undefined
        : found.outputs.map((_, index) => new Tensor(found, index));
    };
  },
};

const bytesAsText = new TextDecoder('latin1');

/** A text that equal expressions share: the operator, how it is applied, and the numbers of what it is applied to. */
function meaning({ operator, attributes, inputs }: Node, numberOf: (node: Node) => number): string {
  const from = inputs.map((tensor) => `${numberOf(tensor.node)}.${tensor.index}`).join(',');
  if ((operator as Operator).opaque === true) {
    return `${operator.name}(${from})#${identityNumber(attributes)}`;
  }
  if (operator.name !== 'constant') return `${operator.name}(${from})${textOf(attributes)}`;
  const { value } = attributes as ConstantAttributes;
  if (value.data.length > foldLimit) return `constant large ${identityNumber(value)}`;
  const bytes = new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
  return `constant ${value.dtype} ${value.shape.join('x')} ${bytesAsText.decode(bytes)}`;
}

const texts = new WeakMap<object, string>();

/** Attributes as text; a graph that is simplified again is not written out again. */
function textOf(attributes: object): string {
  const text = texts.get(attributes) ?? canonicalJson(attributes);
  texts.set(attributes, text);
  return text;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identityNumber(value: object): number {
  const number = identities.get(value) ?? nextIdentity++;
  identities.set(value, number);
  return number;
}
