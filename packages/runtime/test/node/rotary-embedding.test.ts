import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { decodeModel, input, interpret, rotaryEmbedding, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';

test.each(['halves', 'interleaved'] as const)(
  'rotaryEmbedding is one node, in a portable file several, and says the same: %s',
  async (pairs) => {
    const engine = await nodeEngine({ threads: 1 });
    const shape = ['rows', 24];
    const x = input('x', { dtype: 'float32', shape });
    const positions = input('positions', { dtype: 'int64', shape: ['rows'] });
    const [cos, sin] = ['cos', 'sin'].map((name) =>
      input(name, { dtype: 'float32', shape: [9, 4] }),
    );
    const y = rotaryEmbedding(x, { positions, cos: cos!, sin: sin!, pairs });
    const numbers = (size: readonly number[], k: number) =>
      hostTensor(
        'float32',
        size,
        Array.from({ length: size.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k * i)),
      );
    const files = [toOnnx({ y }), toOnnx({ y }, { portable: true })];
    const types = files.map(({ bytes }) =>
      decodeModel(bytes).graph!.node.map(({ opType }) => opType),
    );
    expect(types[0]).toEqual(expect.arrayContaining(['RotaryEmbedding']));
    expect(types[1]).not.toContain('RotaryEmbedding');
    for (const file of files) {
      const runner = await engine.load(file);
      for (const rows of [6, 1, 27, 0]) {
        const feeds = {
          x: numbers([rows, 24], 1),
          positions: hostTensor(
            'int64',
            [rows],
            Array.from({ length: rows }, (_, i) => (i * 5) % 9),
          ),
          cos: numbers([9, 4], 2),
          sin: numbers([9, 4], 3),
        };
        const expected = interpret({ y }, feeds).y.data as Float64Array;
        const given = (await runner.run(feeds)).y!.data as Float32Array;
        expect(given.length).toBe(expected.length);
        given.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
        const far = {
          ...feeds,
          positions: hostTensor(
            'int64',
            [rows],
            Array.from({ length: rows }, () => 9),
          ),
        };
        if (rows === 0) continue;
        await expect(runner.run(far)).rejects.toMatchObject({ code: 'engine-failed' });
      }
    }
    await engine.dispose();
  },
);
