// Builds the page and serves it on this machine: pnpm --filter example-in-the-browser start.
import path from 'node:path';
import { build, preview } from 'vite';

const configFile = path.join(import.meta.dirname, 'vite.config.ts');
await build({ configFile, logLevel: 'warn' });
const server = await preview({ configFile, preview: { port: 4173, host: '127.0.0.1' } });
server.printUrls();
