import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addExport } from '../../src/node/commands/add-export.js';
import { limbeck } from './terminal.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-new-`);
  mkdirSync(path.join(cwd, 'packages/losses/src'), { recursive: true });
  writeFileSync(path.join(cwd, 'packages/losses/src/index.ts'), index);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const index = `export { crossEntropy } from './cross-entropy.js';
export {
  type NeedsOfAll,
  weighted,
} from './weighted.js';
`;
const read = (name: string): string =>
  readFileSync(path.join(cwd, 'packages/losses', name), 'utf8');

describe('limbeck new loss', () => {
  test('writes a loss, its test and its benchmark, and lists it', async () => {
    const { code, out } = await limbeck(cwd, 'new', 'loss', 'total-variation');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(path.sep).join('/'))).toEqual([
      'packages/losses/src/total-variation.ts',
      'packages/losses/test/total-variation.test.ts',
      'packages/losses/bench/total-variation.bench.ts',
      'packages/losses/src/index.ts',
    ]);
    expect(read('src/total-variation.ts')).toContain(
      'export function totalVariation(): Loss<TotalVariationNeeds>',
    );
    expect(read('test/total-variation.test.ts')).toContain(
      "import { totalVariation } from '@limbeck/losses';",
    );
    expect(read('bench/total-variation.bench.ts')).toContain('totalVariation');
    expect(read('src/index.ts')).toBe(
      index.replace(
        'export {\n  type',
        "export { totalVariation, type TotalVariationNeeds } from './total-variation.js';\nexport {\n  type",
      ),
    );
  });

  test('writes over nothing', async () => {
    await limbeck(cwd, 'new', 'loss', 'total-variation');
    const before = read('src/index.ts');
    const { code, err } = await limbeck(cwd, 'new', 'loss', 'total-variation');
    expect(code).toBe(1);
    expect(err).toContain('[duplicate-name]');
    expect(read('src/index.ts')).toBe(before);
  });

  test.each(['TotalVariation', 'total_variation', '../x', '1st'])(
    'refuses the name %j',
    async (name) => {
      const { code, err } = await limbeck(cwd, 'new', 'loss', name);
      expect(code).toBe(2);
      expect(err).toContain('[invalid-option]');
      expect(existsSync(path.join(cwd, 'packages/losses/test'))).toBe(false);
    },
  );

  test('says that it is not in a checkout', async () => {
    const { err } = await limbeck(cwd, 'new', 'loss', 'x', '--folder', 'elsewhere');
    expect(err).toContain('elsewhere without src/index.ts');
  });
});

describe('addExport', () => {
  const line = "export { b } from './b.js';";
  test.each([
    ['', `${line}\n`],
    ["export { a } from './a.js';\n", `export { a } from './a.js';\n${line}\n`],
    ["export { a } from './a.js';", `export { a } from './a.js';\n${line}\n`],
    ["export { c } from './c.js';\n", `${line}\nexport { c } from './c.js';\n`],
    [
      "export { a } from './a.js';\nexport type { C } from './c.js';\n",
      `export { a } from './a.js';\n${line}\nexport type { C } from './c.js';\n`,
    ],
  ])('keeps the order in %j', (before, after) => {
    expect(addExport(before, line)).toBe(after);
  });
});
