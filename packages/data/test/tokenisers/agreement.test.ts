import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { loadTokeniser } from '@limbeck/data/node';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';

env.allowRemoteModels = false;

const languages = ['ar', 'de', 'el', 'en', 'es', 'hi', 'ro', 'ru', 'th', 'tr', 'vi', 'zh'];
const models = [
  'bert-uncased-tokenizer',
  'stories260k',
  'static-embedding-64d',
  'sst2-bert-tiny-scratch',
];

/** 167 lines of each language, contexts and questions in turn: 2,004. */
function xquad(data: string): string[] {
  return languages.flatMap((language) => {
    const file = join(data, 'qa/xquad', `${language}.jsonl.gz`);
    const rows = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
    return Array.from({ length: 167 }, (_, i) => {
      const row = JSON.parse(rows[i * 7]!) as {
        readonly context: string;
        readonly question: string;
      };
      return i % 2 === 0 ? row.context.slice(0, 400) : row.question;
    });
  });
}

describe('agrees with transformers.js on 2,004 lines of 12 languages', () => {
  test.for(models)('%s', { timeout: 60_000 }, async (model, context) => {
    const data = requires('data', context);
    const lines = xquad(data);
    const folder = join(data, 'models', model);
    env.localModelPath = join(data, 'models');
    const theirs = await AutoTokenizer.from_pretrained(model, { local_files_only: true });
    const own = await loadTokeniser(folder);

    const differ = lines.filter((line) => {
      const given = theirs(line, { return_tensor: false }) as { readonly input_ids: number[] };
      return own.encode(line).ids.join() !== given.input_ids.join();
    });
    expect(differ).toEqual([]);

    // Every token is led back to its text, and tokens of one text never go back.
    const astray = lines.filter((line) => {
      const { offsets } = own.encode(line, { offsets: true, special: false });
      let reached = 0;
      return !offsets?.every(([start, end]) => {
        const forward = (start >= reached && end <= line.length) || end === 0;
        reached = Math.max(reached, start);
        return forward;
      });
    });
    expect(astray).toEqual([]);

    const first = lines.slice(0, 50);
    const texts = first.map((line) => theirs.encode(line));
    texts.forEach((ids, i) => {
      expect(own.decode(ids, { special: true }), first[i]).toBe(theirs.decode(ids));
    });
  });
});
