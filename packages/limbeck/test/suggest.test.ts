import { suggest } from 'limbeck';
import { describe, expect, test } from 'vitest';

const names = ['run', 'resume', 'report', 'new'];

describe('suggest', () => {
  test.each([
    ['rnu', 'run'],
    ['resum', 'resume'],
    ['reprot', 'report'],
    ['REPORT', 'report'],
    ['nwe', 'new'],
  ])('takes %s for %s', (given, meant) => {
    expect(suggest(given, names)).toBe(meant);
  });

  test.each(['', 'train', 'x', 'distillation'])('has nothing to offer for %j', (given) => {
    expect(suggest(given, names)).toBeUndefined();
  });
});
