import { activationReaders } from './activations.js';
import { controlReaders } from './control.js';
import { elementwiseReaders } from './elementwise.js';
import { indexedReaders } from './indexed.js';
import { linearReaders } from './linear.js';
import { normaliseReaders } from './normalise.js';
import { quantisedReaders } from './quantised.js';
import { rangeReaders } from './ranges.js';
import type { Reader } from './read-node.js';
import { reductionReaders } from './reductions.js';
import { resizeReaders } from './resize.js';
import { rotaryReaders } from './rotary.js';
import { shapeReaders } from './shapes.js';
import { sizeReaders } from './sizes.js';
import { windowReaders } from './windows.js';

/** Readers by operator; those outside the standard have their domain in front. */
export const readers: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    ...activationReaders,
    ...controlReaders,
    ...elementwiseReaders,
    ...indexedReaders,
    ...linearReaders,
    ...normaliseReaders,
    ...quantisedReaders,
    ...rangeReaders,
    ...reductionReaders,
    ...resizeReaders,
    ...rotaryReaders,
    ...shapeReaders,
    ...sizeReaders,
    ...windowReaders,
  }),
);
