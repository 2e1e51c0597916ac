import { type HostTensor, isLimbeckError, type JsonObject, leaves, Rng } from '@limbeck/core';
import { textCollator } from '@limbeck/data';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Engine } from '@limbeck/runtime';
import type { ExportRecord, Shippable } from '@limbeck/train';
import { exportStudent } from '@limbeck/train/node';
import type { Example } from './example.js';
import type { Family } from './families.js';

/** What a family's student is shipped with. */
export interface Shipment {
  readonly family: Family;
  readonly shippable: Shippable;
  readonly temperature: number;
  readonly labels: readonly string[];
  readonly field: string;
  /** The JSON schema of the record that a prediction is. */
  readonly schema: JsonObject | undefined;
  readonly folder: string;
  readonly engine: Engine;
  /** Labelled rows for the int8 file's gate, and the cluster of each. */
  readonly validation: readonly Example[];
  readonly clusters: readonly number[];
  /** Texts to make more inputs of, where there are few labelled ones. */
  readonly texts: readonly string[];
  readonly context: PipelineStepContext;
}

/** The rows that the int8 gate wants, labelled or not. */
const gateRows = 2000;

/**
 * Exports a student as float32 and int8, each only if it passes its gate. An int8 file that does not is left out, since
 * float32 ships all the same.
 *
 * @throws LimbeckError as `exportStudent`, `gate-failed` of the float32 file among them
 */
export async function shipFamily(
  shipment: Shipment,
): Promise<{ readonly exported: ExportRecord; readonly int8Refused?: string }> {
  const { family, shippable, labels, folder, engine, context } = shipment;
  const options = {
    engine,
    folder,
    labels,
    maxBytes: family.maxBytes,
    model: family.config,
    field: shipment.field,
    ...(shipment.schema === undefined ? {} : { schema: shipment.schema }),
    calibration: { kind: 'temperature', temperature: shipment.temperature } as const,
    abortSignal: context.abortSignal,
    onEvent: context.onEvent,
  };
  try {
    return { exported: await exportStudent(shippable, { ...options, int8: heldOut(shipment) }) };
  } catch (error) {
    if (!isLimbeckError(error, 'gate-failed') || !error.where.includes('int8')) throw error;
    return { exported: await exportStudent(shippable, options), int8Refused: error.given };
  }
}

/** Labelled rows, and as many unlabelled ones as the gate wants where these are few. */
function heldOut({ family, validation, clusters, texts }: Shipment) {
  const collator = textCollator<string>({ text: (text) => text, maxBytes: family.maxBytes });
  const batchesOf = (all: readonly string[]) => {
    const sorted = all.map((text, at) => ({ text, at }));
    return chunked(sorted).map((rows) =>
      Object.fromEntries(leaves<HostTensor>(collator.collate(rows.map(({ text }) => text)))),
    );
  };
  const labelled = validation.map(({ text }) => text);
  return {
    inputs: batchesOf(labelled),
    labels: validation.map(({ label }) => label!),
    clusters,
    ...(labelled.length >= gateRows
      ? {}
      : { unlabelled: batchesOf(perturbed([...texts, ...labelled], gateRows)) }),
  };
}

function chunked<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / 64) }, (_, i) =>
    items.slice(64 * i, 64 * (i + 1)),
  );
}

/** Texts that no student was trained on: each a text with a tenth of its words left out, until there are enough. */
function perturbed(texts: readonly string[], count: number): string[] {
  const rng = Rng.from(0).stream('perturbed');
  return Array.from({ length: count }, (_, i) => {
    const words = texts[i % texts.length]!.split(/(?<=\s)/);
    return words.filter(() => rng.uniform() >= 0.1).join('');
  });
}
