import type { KnownAnswer } from './known-answer.js';
import { elementwiseAnswers } from './known-elementwise.js';
import { orderAnswers } from './known-orders.js';
import { shapeAnswers } from './known-shapes.js';
import { windowAnswers } from './known-windows.js';

/** Every edge, by what ONNX says of it. */
export const knownAnswers: { readonly [edge: string]: KnownAnswer } = {
  ...elementwiseAnswers,
  ...shapeAnswers,
  ...orderAnswers,
  ...windowAnswers,
};
