import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  cifarResNet,
  type CifarResNetParameters,
  type CifarResNetState,
  type ImageInputs,
  readWeights,
  type WeightNames,
  type WeightSource,
} from '@limbeck/nn';
import { createContext, inputsFor, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { engine } from '../support/engine.js';
import { gap, onnxWeights } from '../support/onnx-weights.js';

const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);

/**
 * The files hold each convolution with the norm behind it folded in: weights and a shift, in the order of their use. A
 * norm of scale 1, mean 0 and variance 1 − ε adds the shift and nothing else.
 */
function unfolded(
  tensors: { readonly [name: string]: HostTensor<'float32'> },
  { parameterSpecs, stateSpecs }: ReturnType<typeof cifarResNet>,
) {
  const numbered = Object.keys(tensors).filter((name) => name.startsWith('onnx::'));
  const places = leaves(parameterSpecs)
    .map(([at]) => /^(.*)\/weight$/.exec(at)?.[1])
    .filter((at) => at !== undefined && at !== 'classifier');
  const names: WeightNames = (at): WeightSource => {
    if (at.startsWith('classifier')) {
      return { names: [at.replace('classifier/', 'n.linear.')], transpose: at.endsWith('weight') };
    }
    const place = places.indexOf(at.replace(/\/weight$|\/norm\/\w+$/, ''));
    return { names: [numbered[2 * place + (at.endsWith('weight') ? 0 : 1)]!] };
  };
  const read = readWeights<CifarResNetParameters>(parameterSpecs, names, tensors);
  const filled = (
    specs: object,
    value: (at: string) => number | undefined,
  ): [string, HostTensor][] =>
    leaves<HostTensor>(specs).flatMap(([at, { shape }]) => {
      const fill = value(at);
      if (fill === undefined) return [];
      return [[at, hostTensor('float32', shape, new Float32Array(shape[0]!).fill(fill))]];
    });
  return {
    parameters: {
      ...Object.fromEntries(leaves<HostTensor>(read)),
      ...Object.fromEntries(filled(parameterSpecs, (at) => (at.endsWith('gamma') ? 1 : undefined))),
    },
    state: Object.fromEntries(filled(stateSpecs, (at) => (at.endsWith('mean') ? 0 : 1 - 1e-5))),
  };
}

test.for([20, 32, 44, 56])(
  'resnet%i-cifar10 in our form says what its own file says',
  async (depth, context) => {
    const data = requires('data', context);
    const file = path.join(data, `models/resnet${depth}-cifar10/onnx/model.onnx`);
    const bytes = readFileSync(file);
    const model = cifarResNet({ depth, labels });
    const values = unfolded(onnxWeights(bytes), model);
    const { outputs } = model.apply({
      parameters: inputsFor<CifarResNetParameters>(model.parameterSpecs, ''),
      state: inputsFor<CifarResNetState>(model.stateSpecs, 'state'),
      inputs: inputsFor<ImageInputs>(model.inputs, ''),
      context: createContext({ training: false }),
    });
    const state = Object.fromEntries(
      Object.entries(values.state).map(([at, value]) => [`state/${at}`, value]),
    );
    const named = {
      logits: outputs.logits,
      pooled: outputs.hidden,
      stage1: outputs.stages[0]!,
      stage2: outputs.stages[1]!,
      stage3: outputs.stages[2]!,
    };
    const initialisers = { ...values.parameters, ...state };
    const ours = await (await engine()).load(toOnnx(named, { initialisers, portable: true }));
    const theirs = await (await engine()).load(bytes);
    const rng = Rng.from(depth);
    const pixels = hostTensor(
      'float32',
      [3, 3, 32, 32],
      Float32Array.from({ length: 3 * 3 * 1024 }, () => rng.normal()),
    );
    const [own, expected] = [
      await ours.run({ pixels }),
      await theirs.run({ pixel_values: pixels }),
    ];
    for (const name of Object.keys(named)) {
      expect(own[name]!.shape).toEqual(expected[name]!.shape);
      expect(gap(own[name]!.data, expected[name]!.data), name).toBeLessThan(1e-4);
    }
    await Promise.all([ours.dispose(), theirs.dispose()]);
  },
);
