import type { Collator, JsonObject } from '@limbeck/core';
import { textCollator } from '@limbeck/data';
import {
  byteConvClassifier,
  encoderClassifier,
  ngramClassifier,
  type TextInputs,
} from '@limbeck/nn';
import type { Model, Tensor, TensorTree } from '@limbeck/tensor';
import type { Example } from './example.js';
import { type Pupil, pupil, type Training } from './net.js';
import {
  byteNgrams,
  featureInputs,
  informativeBuckets,
  NgramFeatures,
  TextCounts,
  widthOf,
} from './ngram-features.js';
import type { FamilyName } from './options.js';

/** A family with its sizes settled for a data set. */
export interface Family {
  readonly name: FamilyName;
  /** The family and its sizes, in words. */
  readonly architecture: string;
  /** How many bytes of a text it reads. */
  readonly maxBytes: number;
  /** What the model is made of. */
  readonly config: JsonObject;
  readonly pupil: Pupil;
  /** How it is trained on so many rows. */
  training(rows: number): Training;
}

/** The data that a family is settled for. */
export interface FamilyData {
  readonly labels: readonly string[];
  /** Training texts, with and without labels. */
  readonly train: readonly Example[];
}

/** Settles a family. */
export function familyOf(name: FamilyName, data: FamilyData): Family {
  if (name === 'ngram') return ngramFamily(data);
  if (name === 'conv') return convFamily(data);
  return encoderFamily(data);
}

/** Optimiser steps for so many passes over the rows, within bounds. */
export function stepsFor(
  rows: number,
  batchSize: number,
  epochs: number,
  [least, most]: readonly [number, number],
): number {
  return Math.min(most, Math.max(least, Math.ceil((epochs * rows) / batchSize)));
}

/** So many bytes hold all of nearly every text: in steps of 64, at most `most`. */
export function bytesToRead(texts: readonly Example[], most: number): number {
  const sizes = texts.map(({ text }) => Buffer.byteLength(text)).sort((a, b) => a - b);
  const long = sizes[Math.floor(0.98 * (sizes.length - 1))] ?? 0;
  return Math.min(most, Math.max(64, Math.ceil(long / 64) * 64));
}

/** Batches that make some steps even of few rows. */
function batchSizeFor(rows: number): number {
  if (rows < 2000) return 32;
  return rows < 20_000 ? 64 : 128;
}

/** Hashed byte n-grams under a linear layer: the smallest, and hard to beat. */
function ngramFamily({ labels, train }: FamilyData): Family {
  const orders = [1, 2, 3, 4, 5];
  const [buckets, limit, scale] = [32768, 6144, 8];
  const maxBytes = bytesToRead(train, 2048);
  const rows = train.flatMap(({ text, label }) => (label === undefined ? [] : [{ text, label }]));
  const texts = new TextCounts(byteNgrams({ orders, buckets, maxBytes }));
  const table = informativeBuckets(rows, labels.length, texts, limit);
  const model = ngramClassifier({ labels, orders, buckets, table, scale, maxBytes });
  const width = widthOf(table);
  const { head } = model;
  const features = new NgramFeatures(texts, table, width, scale);
  return {
    name: 'ngram',
    architecture: `hashed byte 1- to 5-grams, ${width.toLocaleString('en-US')} features, linear`,
    maxBytes,
    config: model.config,
    pupil: pupil({
      learner: head,
      whole: model,
      inputs: featureInputs(features),
      prepare: (examples) => features.prepare(examples),
    }),
    training: (count) => {
      const batchSize = batchSizeFor(count);
      return {
        steps: stepsFor(count, batchSize, 12, [300, 4000]),
        batchSize,
        rate: 0.02,
        weightDecay: 0.01,
        temperature: 2,
      };
    },
  };
}

/** Bytes and mask of examples. */
function textInputs(maxBytes: number, multipleOf: number): Collator<Example, TextInputs> {
  return textCollator<Example>({ text: ({ text }) => text, maxBytes, multipleOf });
}

/** A family that reads bytes as they are; texts of like length share a batch. */
function overBytes<P extends TensorTree>(
  given: Omit<Family, 'config' | 'pupil' | 'training'> & {
    readonly model: Model<TextInputs, { readonly logits: Tensor }, P>;
    readonly epochs: number;
    readonly rate: number;
  },
): Family {
  const { model, epochs, rate, ...family } = given;
  const inputs = textInputs(family.maxBytes, 32);
  return {
    ...family,
    config: model.config,
    pupil: pupil({ learner: model, whole: model, inputs }),
    training: (count) => {
      const batchSize = batchSizeFor(count);
      return {
        steps: stepsFor(count, batchSize, epochs, [300, 3000]),
        batchSize,
        rate,
        weightDecay: 0.01,
        temperature: 2,
        byLength: true,
      };
    },
  };
}

/** Convolutions over bytes. */
function convFamily({ labels, train }: FamilyData): Family {
  const maxBytes = bytesToRead(train, 1024);
  const sizes = { width: 32, channels: [96, 128], kernel: 5, stride: 2 };
  return overBytes({
    name: 'conv',
    architecture:
      'embedded bytes, two convolutions of 96 and 128 channels, the largest value of each',
    maxBytes,
    model: byteConvClassifier({ labels, maxBytes, ...sizes, dropout: 0.2 }),
    epochs: 12,
    rate: 0.003,
  });
}

/** A small transformer over bytes. */
function encoderFamily({ labels, train }: FamilyData): Family {
  const maxBytes = bytesToRead(train, 256);
  // One row more than there are bytes: a shipped student is fed the id behind them as padding.
  const sizes = { vocabulary: 257, width: 96, layers: 2, heads: 4, feedForward: 192 };
  return overBytes({
    name: 'encoder',
    architecture: `transformer encoder over ${maxBytes} bytes, 2 layers of width 96`,
    maxBytes,
    model: encoderClassifier({ labels, maxTokens: maxBytes, ...sizes, dropout: 0.1 }),
    epochs: 10,
    rate: 0.001,
  });
}
