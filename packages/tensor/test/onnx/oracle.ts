import Long from 'long';

// onnx-proto looks for `long` where its own dependencies happen to be hoisted, and finds whatever version is there;
// a global one it prefers. Hence the import below, which must come after.
Object.assign(globalThis, { Long });

const { default: onnxProto } = await import('onnx-proto');

/** An independent reader and writer of ONNX files, made by protobufjs from ONNX's own schema (IR 8). */
export const { onnx: oracle } = onnxProto;
