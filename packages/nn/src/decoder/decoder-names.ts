import { LimbeckError } from '@limbeck/core';
import type { WeightNames, WeightSource } from '../weights/named-weights.js';

/**
 * Where the Llama family keeps a decoder's parameters: `model.layers.0.self_attn.q_proj.weight`, `[out, in]`.
 *
 * @param path - of a decoder with root mean square norms, rotary positions in halves and `swiglu`
 * @throws LimbeckError `unknown-name` for a parameter that the family does not have
 */
export const llamaNames: WeightNames = (path) => {
  const block = /^decoder\/(\d+)\/(.+?)(?:\/(weight|bias|gamma))$/.exec(path);
  if (block !== null) {
    const part = llamaParts[block[2]!];
    if (part !== undefined) {
      const kind = block[3] === 'bias' ? 'bias' : 'weight';
      const name = `layers.${block[1]}.${part}.${kind}`;
      return named(name, 'model.', block[3] === 'weight');
    }
  }
  if (path === 'tokens/table') return named('embed_tokens.weight', 'model.');
  if (path === 'norm/gamma') return named('norm.weight', 'model.');
  if (path === 'head/weight') return { names: ['lm_head.weight'], transpose: true };
  return refuse('llamaNames', path);
};

const llamaParts: { readonly [part: string]: string } = {
  attentionNorm: 'input_layernorm',
  'attention/query': 'self_attn.q_proj',
  'attention/key': 'self_attn.k_proj',
  'attention/value': 'self_attn.v_proj',
  'attention/output': 'self_attn.o_proj',
  outputNorm: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  inner: 'mlp.up_proj',
  outer: 'mlp.down_proj',
};

/**
 * Where GPT-2 keeps a decoder's parameters: `transformer.h.0.attn.c_attn.weight`, `[in, out]`, queries, keys and values
 * side by side.
 *
 * @param path - of a decoder with layer norms, learned positions, `geluTanh` and as many key-value heads as heads
 * @throws LimbeckError `unknown-name` for a parameter that the family does not have
 */
export const gpt2Names: WeightNames = (path) => {
  const block = /^decoder\/(\d+)\/(.+?)\/(weight|bias|gamma|beta)$/.exec(path);
  if (block !== null) {
    const [name, part] = gpt2Parts[block[2]!] ?? [];
    if (name !== undefined) {
      const kind = block[3] === 'bias' || block[3] === 'beta' ? 'bias' : 'weight';
      const source = named(`h.${block[1]}.${name}.${kind}`, 'transformer.');
      return part === undefined ? source : { ...source, columns: { part, of: 3 } };
    }
  }
  if (path === 'tokens/table') return named('wte.weight', 'transformer.');
  if (path === 'positions/table') return named('wpe.weight', 'transformer.');
  if (path === 'norm/gamma') return named('ln_f.weight', 'transformer.');
  if (path === 'norm/beta') return named('ln_f.bias', 'transformer.');
  if (path === 'head/weight') return { names: ['lm_head.weight'], transpose: true };
  return refuse('gpt2Names', path);
};

const gpt2Parts: { readonly [part: string]: readonly [name: string, part?: number] } = {
  attentionNorm: ['ln_1'],
  'attention/query': ['attn.c_attn', 0],
  'attention/key': ['attn.c_attn', 1],
  'attention/value': ['attn.c_attn', 2],
  'attention/output': ['attn.c_proj'],
  outputNorm: ['ln_2'],
  inner: ['mlp.c_fc'],
  outer: ['mlp.c_proj'],
};

/** With the prefix of a whole language model, or without. */
function named(name: string, prefix: string, transpose = false): WeightSource {
  return { names: [`${prefix}${name}`, name], transpose };
}

function refuse(where: string, path: string): never {
  throw new LimbeckError('unknown-name', {
    where,
    given: `the parameter "${path}"`,
    expected: 'a parameter that the family has',
    next: "Make the decoder with the family's norm, positions and activation.",
  });
}
