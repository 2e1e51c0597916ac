export { nodeEngine } from './node-engine.js';
export type { NodeEngineOptions } from './options.js';
export { profile, type ProfileOptions } from './profile.js';
export { type OnnxFile, readOnnx } from './read-onnx.js';
