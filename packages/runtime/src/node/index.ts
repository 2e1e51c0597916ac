export { nodeEngine } from './node-engine.js';
export type { NodeEngineOptions } from './options.js';
