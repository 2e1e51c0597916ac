import type { Answer, Item } from '@limbeck/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { labelOf, labelsByName, mappingOf, ownNames } from '../src/peers/dialects.js';
import {
  askPeers,
  type PeerAnswers,
  peerClassifiers,
  peerNames,
  vscodeTeacher,
} from '../src/peers/index.js';
import { restricted } from '../src/peers/vscode-model.js';

const languages = ['C', 'HTML', 'Python', 'SCSS', 'Solidity', 'XML'];

const python =
  'import os\n\nclass Walker:\n    def __init__(self, root):\n        self.root = root\n';
const html = '<!doctype html>\n<html>\n<body>\n<p class="lead">Hello</p>\n<br>\n</body>\n</html>\n';
const xml =
  '<?xml version="1.0" encoding="utf-8"?>\n<project xmlns="x"><item key="a">1</item></project>\n';
const go =
  'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hi")\n\tdefer close(ch)\n}\n';

describe('the dialects', () => {
  test('read xml as HTML or XML, whichever is true', () => {
    const labels = labelsByName('highlight.js', languages);
    expect(labelOf(labels, 'xml', 1)).toBe(1);
    expect(labelOf(labels, 'xml', 5)).toBe(5);
    expect(labelOf(labels, 'xml', 2)).toBe(1);
    expect(labelOf(labels, 'go', 2)).toBe(-1);
    expect(labelOf(labels, undefined, 2)).toBe(-1);
  });

  test('say what a library does not know, and both meanings of a name', () => {
    const { entries, unknown } = mappingOf('h', 'highlight.js', languages, [
      'xml',
      'go',
      'python',
      'scss',
    ]);
    expect(entries).toEqual([
      { from: 'xml', to: 'HTML' },
      { from: 'xml', to: 'XML' },
      { from: 'go', to: null },
      { from: 'python', to: 'Python' },
      { from: 'scss', to: 'SCSS' },
    ]);
    expect(unknown).toEqual(['C', 'Solidity']);
  });

  test('restrict a library to one name a language', () => {
    expect(ownNames('highlight.js', languages)).toEqual(['xml', 'python', 'scss']);
    expect(ownNames('vscode', languages)).toEqual(['c', 'html', 'py', 'xml']);
  });
});

test('the restricted model shares out what it gave to others', () => {
  const labels = labelsByName('vscode', languages);
  const found = [
    { name: 'go', probability: 0.5 },
    { name: 'py', probability: 0.375 },
    { name: 'c', probability: 0.125 },
  ];
  expect([...restricted(found, labels, 6)]).toEqual([0.25, 0, 0.75, 0, 0, 0]);
  expect([...restricted([], labels, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
});

describe('askPeers', () => {
  let answers: ReadonlyMap<string, PeerAnswers>;
  beforeAll(async () => {
    const snippets = [
      { text: python, label: 2 },
      { text: html, label: 1 },
      { text: xml, label: 5 },
      { text: go, label: 0 },
      { text: 'x', label: 0 },
    ];
    const all = await askPeers({ languages, snippets });
    answers = new Map(all.map((peer) => [peer.name, peer]));
  });

  test('brings the four peers', () => {
    expect([...answers.keys()]).toEqual(Object.values(peerNames));
    for (const { labels, mapping, name } of answers.values()) {
      expect(labels).toHaveLength(5);
      expect(mapping.system).toBe(name);
    }
  });

  test('finds plain cases right', () => {
    expect([...answers.get(peerNames.highlightOurs)!.labels.slice(0, 3)]).toEqual([2, 1, 5]);
    expect([...answers.get(peerNames.vscodeOurs)!.labels.slice(0, 3)]).toEqual([2, 1, 5]);
  });

  test('tells abstaining from naming another language', () => {
    const { labels, abstained, elsewhere } = answers.get(peerNames.vscode)!;
    expect([labels[3], labels[4]]).toEqual([-1, -1]);
    expect([abstained, elsewhere]).toEqual([1, 1]);
    expect(answers.get(peerNames.vscodeOurs)).toMatchObject({ abstained: 1, elsewhere: 0 });
  });

  test('gives distributions, and zeros for an abstention', () => {
    const { probabilities, labels } = answers.get(peerNames.vscodeOurs)!;
    for (let row = 0; row < 5; row++) {
      const p = probabilities!.slice(row * 6, row * 6 + 6);
      expect(p.reduce((sum, value) => sum + value)).toBeCloseTo(labels[row] === -1 ? 0 : 1, 9);
    }
  });

  test('answers as the libraries do in this thread', async () => {
    const classifiers = peerClassifiers(languages);
    for (const [name, { labels }] of answers) {
      expect(await classifiers[name]!(python)).toBe(labels[0]);
      expect(await classifiers[name]!('x')).toBe(labels[4]);
    }
  });

  test('stops when told to', async () => {
    const controller = new AbortController();
    const call = askPeers({
      languages,
      snippets: Array.from({ length: 400 }, () => ({ text: python })),
      abortSignal: controller.signal,
      onEvent: () => controller.abort(),
    });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    const late = askPeers({
      languages,
      snippets: [{ text: python }],
      abortSignal: AbortSignal.abort(),
    });
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('vscodeTeacher', () => {
  test('answers in order, with log probabilities', async () => {
    const texts = Array.from({ length: 70 }, (_, i) =>
      `${i % 2 === 0 ? python : xml}\n`.repeat(1 + (i % 3)),
    );
    texts[69] = 'x';
    const answers = await label(texts);
    expect(answers.map(({ item }) => item.key)).toEqual(texts.map((_, i) => `${i}`));
    for (const answer of answers) {
      if (!answer.ok) throw answer.error;
      const p = Array.from(answer.signals.logits, Math.exp);
      expect(p.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
      // It knows neither SCSS nor Solidity: no opinion.
      expect(p[3]).toBeCloseTo(1 / 6, 4);
      expect(p[4]).toBeCloseTo(1 / 6, 4);
      if (answer.item.key === '0') expect(p.indexOf(Math.max(...p))).toBe(2);
      if (answer.item.key === '69') for (const value of p) expect(value).toBeCloseTo(1 / 6, 6);
    }
  });

  test('stops when told to', async () => {
    await expect(label([python], AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

async function label(texts: readonly string[], abortSignal?: AbortSignal) {
  async function* items(): AsyncGenerator<Item<string>> {
    for (const [i, input] of texts.entries()) yield { key: `${i}`, input };
  }
  const answers: Answer<string, { readonly logits: Float32Array }>[] = [];
  const options = abortSignal === undefined ? {} : { abortSignal };
  for await (const answer of vscodeTeacher(languages).label(items(), options)) answers.push(answer);
  return answers;
}
