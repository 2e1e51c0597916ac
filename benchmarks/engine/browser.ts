// `pnpm --filter bench-engine browser`: the encoder step in headless Chromium, Limbeck beside tfjs.
import { browserStep } from './src/browser/browser-step.js';

await browserStep(process.argv.slice(2));
