export type { OnnxruntimeWebModule, WebEngineOptions } from './options.js';
export { webEngine } from './web-engine.js';
