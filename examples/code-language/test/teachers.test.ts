import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Answer, Item, Teacher } from '@limbeck/core';
import { LimbeckError, Rng } from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import { hashNgrams, ngramClassifier } from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { ship } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meanTeacher } from '../src/mean-teacher.js';
import { netTeacher, type TeacherSignals } from '../src/net-teacher.js';
import { forwardGraph } from '../src/shippable-runner.js';

const labels = ['C', 'Go', 'Lua'];
const [orders, buckets, maxBytes] = [[1, 2], 64, 24];
const weight = Float32Array.from({ length: buckets * 3 }, (_, i) => Math.sin(i));

let engine: Engine;
let folder: string;
let net: Teacher<string, TeacherSignals>;

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-teachers-'));
  const model = ngramClassifier({ labels, orders, buckets, maxBytes, normalise: 'none' });
  const { parameters, state } = model.init(Rng.from(0));
  (parameters.layers[0]!.weight.data as Float32Array).set(weight);
  const file = path.join(folder, 'model.onnx');
  await writeFile(file, forwardGraph(ship(model, parameters, state), 'logits').bytes);
  net = netTeacher({ id: 'net@1', engine, file, classes: 3, maxBytes });
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The net in plain JavaScript. */
function plainLogits(text: string): number[] {
  const bytes = new TextEncoder().encode(text === '' ? '\n' : text).subarray(0, maxBytes);
  const counts = new Map<number, number>();
  for (const bucket of hashNgrams(bytes, { orders, buckets })) {
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return labels.map((_, c) =>
    [...counts].reduce((sum, [b, count]) => sum + Math.log(1 + count) * weight[b * 3 + c]!, 0),
  );
}

async function* itemsOf(texts: readonly string[]): AsyncGenerator<Item<string>> {
  for (const input of texts) yield { key: contentHash(input), input };
}

type Said = Answer<string, TeacherSignals>;

async function all(answers: AsyncIterable<Said>): Promise<Said[]> {
  const found: Said[] = [];
  for await (const answer of answers) found.push(answer);
  return found;
}

/** A teacher that says what it is told, and notes that it was closed. */
function fixed(id: string, say: (text: string) => number[] | LimbeckError) {
  const state = { closed: false };
  const answer = (item: Item<string>): Said => {
    const said = say(item.input);
    return said instanceof LimbeckError
      ? { item, ok: false, error: said, attempts: 1 }
      : {
          item,
          ok: true,
          signals: { logits: Float32Array.from(said) },
          provenance: { teacher: id, kind: 'logits' },
          cost: { usd: 0.5, latencyMs: 2 },
          cached: false,
        };
  };
  const teacher: Teacher<string, TeacherSignals> = {
    id,
    signals: { logits: { dtype: 'float32', shape: [2] } },
    async *label(items) {
      try {
        for await (const item of items) yield answer(item);
      } finally {
        state.closed = true;
      }
    },
  };
  return { teacher, state };
}

describe('netTeacher', () => {
  test('answers every item in order with what the net says, over several batches', async () => {
    const texts = Array.from({ length: 300 }, (_, i) => `row ${i} `.repeat(1 + (i % 5)));
    texts[7] = '';
    texts[299] = 'é'.repeat(40);
    const answers = await all(net.label(itemsOf(texts)));
    expect(answers.map(({ item }) => item.input)).toEqual(texts);
    for (const answer of answers) {
      if (!answer.ok) throw answer.error;
      expect(answer.provenance).toEqual({ teacher: 'net@1', kind: 'logits' });
      expect(answer.cost.usd).toBe(0);
      expect(answer.item.key).toBe(contentHash(answer.item.input));
      plainLogits(answer.item.input).forEach((logit, c) =>
        expect(answer.signals.logits[c]).toBeCloseTo(logit, 4),
      );
    }
  });

  test('says the same of a text whatever stands beside it', async () => {
    const [alone] = await all(net.label(itemsOf(['if (x)'])));
    const [beside] = await all(net.label(itemsOf(['if (x)', 'a'.repeat(24)])));
    if (!alone!.ok || !beside!.ok) throw new Error('no answer');
    alone!.signals.logits.forEach((logit, c) =>
      expect(beside!.ok && beside!.signals.logits[c]).toBeCloseTo(logit, 5),
    );
  });

  test('asks nothing of no items, and stops when told', async () => {
    expect(await all(net.label(itemsOf([])))).toEqual([]);
    const texts = Array.from({ length: 600 }, (_, i) => String(i));
    const call = all(net.label(itemsOf(texts), { abortSignal: AbortSignal.abort() }));
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a few items stop too', async () => {
    const call = all(net.label(itemsOf(['a']), { abortSignal: AbortSignal.abort() }));
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('meanTeacher', () => {
  test('is the mean of the distributions, as logits, under an id of its own', async () => {
    // (3/4, 1/4) and (1/4, 3/4) · shifted by 9, which no softmax sees: (1/2, 1/2).
    const a = fixed('a', () => [Math.log(3), 0]);
    const b = fixed('b', (text) => (text === 'x' ? [9, 9 + Math.log(3)] : [5, 5]));
    const mean = meanTeacher(a.teacher, b.teacher);
    const [x, y] = await all(mean.label(itemsOf(['x', 'y'])));
    if (!x!.ok || !y!.ok) throw new Error('no answer');
    expect(x!.signals.logits[0]).toBeCloseTo(Math.log(0.5), 6);
    expect(x!.signals.logits[1]).toBeCloseTo(Math.log(0.5), 6);
    expect(y!.signals.logits[0]).toBeCloseTo(Math.log(0.625), 6);
    expect(y!.signals.logits[1]).toBeCloseTo(Math.log(0.375), 6);
    expect(mean.id).toBe('mean(a, b)');
    expect(x!.provenance).toEqual({ teacher: mean.id, kind: 'probabilities' });
    expect(x!.cost).toEqual({ usd: 1, latencyMs: 4 });
  });

  test('an item that either fails is a failed one; the others stay paired', async () => {
    const error = new LimbeckError('teacher-failed', {
      where: 'test',
      given: 'a fault',
      expected: 'none',
      next: 'Look.',
    });
    const a = fixed('a', (text) => (text === 'bad a' ? error : [1, 0]));
    const b = fixed('b', (text) => (text === 'bad b' ? error : [1, 0]));
    const texts = ['bad a', 'x', 'bad b', 'y'];
    const answers = await all(meanTeacher(a.teacher, b.teacher).label(itemsOf(texts)));
    expect(answers.map(({ ok }) => ok)).toEqual([false, true, false, true]);
    expect(answers.map(({ item }) => item.input)).toEqual(texts);
  });

  test('lets both teachers go when nobody listens any more', async () => {
    const [a, b] = [fixed('a', () => [1, 0]), fixed('b', () => [1, 0])];
    for await (const answer of meanTeacher(a.teacher, b.teacher).label(itemsOf(['x', 'y']))) {
      expect(answer.ok).toBe(true);
      break;
    }
    expect([a.state.closed, b.state.closed]).toEqual([true, true]);
  });
});
