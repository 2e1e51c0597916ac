import { tsImport } from 'tsx/esm/api';

// A thread does not get this process's loader, so it reads the TypeScript with one of its own.
await tsImport('./peer-worker.ts', import.meta.url);
