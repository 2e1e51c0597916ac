import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, additiveMetric } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import { checkPaired } from '../predictions.js';
import { undefinedMetric } from '../undefined-metric.js';
import { type Entity, entities, type TagScheme } from './entities.js';

/** One tag a token, for each sentence. */
export type TagSequences = readonly (readonly string[])[];

/** Options of {@link entityF1}. */
export interface EntityOptions {
  /** How tags are read. @defaultValue 'conll' */
  readonly scheme?: TagScheme;
  /**
   * Over all entities together, or the mean over types, plain or weighted by how many entities of each there are.
   * @defaultValue 'micro'
   */
  readonly average?: 'micro' | 'macro' | 'weighted';
}

/** How one type of entity was found. */
export interface EntityScore {
  /** The type, such as `PER`. */
  readonly type: string;
  /** How many entities there are. */
  readonly support: number;
  /** How many were predicted. */
  readonly predicted: number;
  /** How many of them are right: type, first and last token. */
  readonly right: number;
  /** F1 of them, in `[0, 1]`. */
  readonly f1: number;
}

/**
 * F1 of entities, in `[0, 1]`: one is right if its type, its first and its last token are.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch` for sentences of other lengths, `empty-data`, `invalid-data` for a tag of another form;
 * from `value`: `undefined-metric` without any entity
 * @see Tjong Kim Sang and De Meulder 2003, as {@link entities}; seqeval for the means over types.
 */
export function entityF1(options: EntityOptions = {}): AdditiveMetric<TagSequences, TagSequences> {
  const { scheme = 'conll', average = 'micro' } = options;
  checkChoice('entityF1', { average }, ['micro', 'macro', 'weighted']);
  checkChoice('entityF1', { scheme }, ['conll', 'bio2']);
  return additiveMetric({
    name: average === 'micro' ? 'entityF1' : `entityF1-${average}`,
    higherIsBetter: true,
    // A row has three counts a type: right, predicted, there.
    rows(predictions, references) {
      const { types, data } = countEntities(predictions, references, scheme);
      return { columns: Math.max(3, 3 * types.length), data };
    },
    sums: (rows) => rows.columns,
    add(rows, item, into, offset) {
      const start = item * rows.columns;
      for (let c = 0; c < rows.columns; c++) into[offset + c]! += rows.data[start + c]!;
    },
    finish(sums) {
      let [right, whole, value, weights] = [0, 0, 0, 0];
      for (let at = 0; at < sums.length; at += 3) {
        const [hits, either] = [sums[at]!, sums[at + 1]! + sums[at + 2]!];
        right += hits;
        whole += either;
        if (either === 0) continue;
        const weight = average === 'weighted' ? sums[at + 2]! : 1;
        value += (weight * 2 * hits) / either;
        weights += weight;
      }
      if (average === 'micro' ? whole > 0 : weights > 0) {
        return average === 'micro' ? (2 * right) / whole : value / weights;
      }
      return whole > 0
        ? undefinedMetric('entityF1', 'no right entity to weigh types by', 'at least one')
        : undefinedMetric('entityF1', 'neither a predicted nor a right entity', 'at least one');
    },
  });
}

/** F1 of each type of entity, by type. @throws LimbeckError as the rows of {@link entityF1} */
export function entityScores(
  predictions: TagSequences,
  references: TagSequences,
  options: Pick<EntityOptions, 'scheme'> = {},
): EntityScore[] {
  const { types, data } = countEntities(predictions, references, options.scheme ?? 'conll');
  return types.map((type, t) => {
    let [right, predicted, support] = [0, 0, 0];
    for (let at = 3 * t; at < data.length; at += 3 * types.length) {
      right += data[at]!;
      predicted += data[at + 1]!;
      support += data[at + 2]!;
    }
    return { type, support, predicted, right, f1: (2 * right) / (predicted + support) };
  });
}

function countEntities(
  predictions: TagSequences,
  references: TagSequences,
  scheme: TagScheme,
): { readonly types: readonly string[]; readonly data: Float64Array } {
  checkPaired('entityF1', predictions.length, references.length);
  const pairs = predictions.map((tags, i) => {
    checkSentence(tags.length, references[i]!.length, i);
    return [entities(tags, scheme), entities(references[i]!, scheme)] as const;
  });
  const types = [...new Set(pairs.flat(2).map(({ type }) => type))].sort();
  const place = new Map(types.map((type, t) => [type, t]));
  const columns = Math.max(3, 3 * types.length);
  const data = new Float64Array(columns * pairs.length);
  const key = ({ type, start, end }: Entity): string => `${start} ${end} ${type}`;
  pairs.forEach(([ours, theirs], i) => {
    const at = (entity: Entity): number => i * columns + 3 * place.get(entity.type)!;
    const right = new Set(theirs.map(key));
    for (const entity of ours) {
      if (right.has(key(entity))) data[at(entity)]! += 1;
      data[at(entity) + 1]! += 1;
    }
    for (const entity of theirs) data[at(entity) + 2]! += 1;
  });
  return { types, data };
}

function checkSentence(tags: number, references: number, sentence: number): void {
  if (tags === references) return;
  throw new LimbeckError('shape-mismatch', {
    where: 'entityF1',
    given: `${tags} tags for ${references} tokens in sentence ${sentence}`,
    expected: 'one tag a token',
    next: 'Predict a tag for every token, also for those that a model cut off.',
  });
}
