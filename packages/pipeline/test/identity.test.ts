import { explainChange, type StepIdentity } from '@limbeck/pipeline';
import { describe, expect, test } from 'vitest';

const before: StepIdentity = {
  inputs: { corpus: 'aa', seed: 'bb' },
  config: { epochs: 3, model: { width: 8 }, gone: 1 },
  files: { 'app/train.ts': '11', 'app/old.ts': '22' },
  packages: { 'left-pad': '1.0.0' },
};

describe('explainChange', () => {
  test('says nothing of equals', () => {
    expect(explainChange(before, structuredClone(before))).toEqual([]);
  });

  test('names each thing that changed, with both values where they are short', () => {
    const now: StepIdentity = {
      inputs: { corpus: 'cc', seed: 'bb', more: 'dd' },
      config: { epochs: 4, model: { width: 8, depth: 2 } },
      files: { 'app/train.ts': '33' },
      packages: { 'left-pad': '1.1.0' },
      version: '2',
    };
    expect(explainChange(before, now)).toEqual([
      'input corpus changed',
      'input more is new',
      'config.epochs is 4, was 3',
      'config.gone is gone',
      'config.model.depth is new',
      'version is 2, was by code',
      'code app/old.ts is gone',
      'code app/train.ts changed',
      'package left-pad is 1.1.0, was 1.0.0',
    ]);
  });

  test('names three files of many', () => {
    const files = (mark: string) =>
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`src/${name}.ts`, mark]));
    const was = { ...before, files: files('1') };
    expect(explainChange(was, { ...before, files: files('2') })).toEqual([
      'code src/a.ts changed',
      'code src/b.ts changed',
      'code src/c.ts changed',
      'code of 2 more files differs',
    ]);
  });
});
