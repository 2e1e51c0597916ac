import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import config from '../vitest.browser.config.js';

// The suite itself runs as the project `tensor-browser`. Here stands what that project cannot say of itself.
test('the suite runs in a browser too, wherever there is one', (context) => {
  const file = requires('chromium', context);
  const { exclude, include, browser } = config.test!;
  expect(browser).toMatchObject({ enabled: true, instances: [{ browser: 'chromium' }] });
  expect({ exclude, include }).toEqual({
    exclude: ['**/*.node.test.ts'],
    include: ['test/**/*.test.ts'],
  });
  expect(file).toMatch(/chrom/i);
});

test('tests that use Node say so in their name, and nothing else keeps a test out of the browser', () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const usesNode = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /from 'node:|\bBuffer\.|test-support\/requires/.test(
        readFileSync(path.join(folder, file), 'utf8'),
      ),
    );
  expect(usesNode.filter((file) => !file.endsWith('.node.test.ts'))).toEqual([]);
});
