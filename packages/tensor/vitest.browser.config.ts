import { playwright } from '@vitest/browser-playwright';
import { defineProject } from 'vitest/config';
import { chromiumFlags } from '../../test-support/chromium-flags.js';
import { findChromium } from '../../test-support/requires.js';
import { shared } from '../../vitest.shared.js';

/**
 * The suite as it is, in a headless browser: the package uses nothing of Node. Tests that do are called `*.node.test.ts`.
 * The root's config takes this project in where there is a browser.
 */
export default defineProject({
  ...shared,
  resolve: { conditions: ['@limbeck/source', 'browser', 'module'] },
  test: {
    ...shared.test,
    name: 'tensor-browser',
    exclude: ['**/*.node.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath: findChromium().path!, args: [...chromiumFlags] },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
