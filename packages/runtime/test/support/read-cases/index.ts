import type { OneNode } from '../one-node.js';
import { elementwise } from './elementwise.js';
import { indexed, linear } from './linear.js';
import { quantised } from './quantised.js';
import { shaped } from './shaped.js';
import { windows } from './windows.js';

/** Files of one node, by a description. */
export const readCases: readonly [string, OneNode][] = [
  ...elementwise,
  ...windows,
  ...linear,
  ...shaped,
  ...indexed,
  ...quantised,
];
