import { LimbeckError } from '@limbeck/core';
import type { SessionFactory } from '@limbeck/predict';
import { describe, expect, test } from 'vitest';
import { chooseEngine, type EngineChoice } from '../src/choose-engine.js';

const named =
  (engine: string): SessionFactory =>
  async () => ({
    engine,
    run: async () => new Float32Array(),
    dispose: async () => undefined,
  });
const there = (engine: string) => async () => named(engine);
const error = (code: 'engine-missing' | 'engine-failed' | 'missing-dependency') =>
  new LimbeckError(code, { where: 'test', given: code, expected: 'it', next: 'install it' });
const gone = (code: Parameters<typeof error>[0]) => async (): Promise<SessionFactory> => {
  throw error(code);
};
const chosen = async (...given: Parameters<typeof chooseEngine>) =>
  (await (await chooseEngine(...given))(new Uint8Array())).engine;

describe('chooseEngine', () => {
  test('takes ONNX Runtime where it is, else plain TypeScript', async () => {
    expect(await chosen('auto', there('native'), there('plain'))).toBe('native');
    expect(await chosen('auto', gone('engine-missing'), there('plain'))).toBe('plain');
  });

  test('takes what was asked for, and nothing in its place', async () => {
    expect(await chosen('plain', there('native'), there('plain'))).toBe('plain');
    expect(await chosen('onnxruntime', there('native'), there('plain'))).toBe('native');
    const call = chooseEngine('onnxruntime', gone('engine-missing'), there('plain'));
    await expect(call).rejects.toMatchObject({ code: 'engine-missing' });
  });

  test('says that ONNX Runtime is missing where both are', async () => {
    const call = chooseEngine('auto', gone('engine-missing'), gone('missing-dependency'));
    await expect(call).rejects.toMatchObject({ code: 'engine-missing' });
  });

  test('hides no engine that is there and fails', async () => {
    const call = chooseEngine('auto', gone('engine-failed'), there('plain'));
    await expect(call).rejects.toMatchObject({ code: 'engine-failed' });
  });

  test('refuses an engine that there is not', async () => {
    const call = chooseEngine('wasm' as EngineChoice, there('native'), there('plain'));
    await expect(call).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
