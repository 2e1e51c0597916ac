import { readdirSync } from 'node:fs';
import os from 'node:os';
import { hostTensor } from '@limbeck/core';
import { type Profile, profileTable } from '@limbeck/runtime';
import { profile } from '@limbeck/runtime/node';
import { grad, inScope, input, type Tensor, toOnnx } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

const shape = [64, 64] as const;
const wave = (seed: number) =>
  hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i + seed) / 8),
  );

/** Two layers under scopes of their own, and the gradient of the first one's weight. */
function graph() {
  const x = input('x', { dtype: 'float32', shape });
  const weights = ['first', 'second'].map((name) => input(name, { dtype: 'float32', shape }));
  const y = weights.reduce<Tensor>(
    (h, weight, i) => inScope(`layers/${i}`, () => h.matmul(weight).tanh()),
    x,
  );
  const loss = y.square().mean();
  return toOnnx({ loss, gradient: grad(loss, [weights[0]!])[0]! });
}

const sum = (items: readonly { readonly ms: number }[]): number =>
  items.reduce((total, { ms }) => total + ms, 0);
const msOf = (found: Profile, scope: string): number =>
  found.scopes.find(({ name }) => name === scope)?.ms ?? Number.NaN;

describe('profile', () => {
  test('finds our scopes, and times that sum up', async () => {
    const found = await profile(
      graph(),
      { x: wave(0), first: wave(1), second: wave(2) },
      { runs: 20, threads: 1, fetch: ['loss', 'gradient'] },
    );
    expect(found.runs).toBe(20);
    const scopes = found.scopes.map(({ name }) => name);
    expect(scopes).toEqual(expect.arrayContaining(['', 'layers', 'layers/0', 'layers/1']));
    expect(found.nodes.map(({ scope }) => scope)).toContain('layers/0');
    expect(sum(found.nodes)).toBeCloseTo(found.kernelMs, 9);
    expect(sum(found.operators)).toBeCloseTo(found.kernelMs, 9);
    expect(msOf(found, '')).toBeCloseTo(found.kernelMs, 9);
    expect(msOf(found, 'layers/0') + msOf(found, 'layers/1')).toBeLessThanOrEqual(
      msOf(found, 'layers') + 1e-9,
    );
    expect(found.kernelMs).toBeLessThanOrEqual(found.runMs);
    expect(found.kernelMs).toBeGreaterThan(0);
    console.log(profileTable(found, { top: 5 }));
  });

  test('leaves no file behind', async () => {
    const left = (): number =>
      readdirSync(os.tmpdir()).filter((each) => each.startsWith('limbeck-profile-')).length;
    const before = left();
    await profile(graph().bytes, { x: wave(0), first: wave(1), second: wave(2) }, { runs: 1 });
    expect(left()).toBe(before);
  });

  test.each([
    [{ runs: 0 }, 'invalid-option'],
    [{ provider: 'quantum' }, 'unknown-provider'],
    [{ fetch: ['nothing'] }, 'unknown-name'],
  ])('%j: %s', async (options, code) => {
    const feeds = { x: wave(0), first: wave(1), second: wave(2) };
    await expect(profile(graph(), feeds, options)).rejects.toMatchObject({ code });
  });
});
