import { type EventSink, event } from '@limbeck/core';
import type { LabelMapping } from '@limbeck/evaluators';
import { type Library, labelOf, labelsByName, mappingOf, ownNames } from './dialects.js';
import { detectable } from './highlighter.js';
import { type PeerPool, peerPool, stopped } from './peer-pool.js';
import type { HighlightAnswer } from './peer-worker.js';
import { type Guess, modelNames, restricted } from './vscode-model.js';

/** The four peers: each library as it comes, and restricted to our languages. */
export const peerNames = {
  highlight: 'highlight.js',
  highlightOurs: 'highlight.js, ours only',
  vscode: "VS Code's model",
  vscodeOurs: "VS Code's model, ours only",
} as const;

/** What one peer answered. */
export interface PeerAnswers {
  /** One of {@link peerNames}. */
  readonly name: string;
  /** `[snippets]`: labels, -1 where it abstained or named a language that is not ours. */
  readonly labels: Int32Array;
  /** `[snippets, languages]`, where it gives them: each row adds up to 1, or is zeros where the label is -1. */
  readonly probabilities?: Float64Array;
  /** How often it gave no answer at all. */
  readonly abstained: number;
  /** How often it named a language that is not ours. */
  readonly elsewhere: number;
  /** How its own names were read. */
  readonly mapping: LabelMapping;
}

/** What {@link askPeers} is given. */
export interface AskPeersOptions {
  readonly languages: readonly string[];
  /** The label decides only where a peer's name stands for several languages, as `xml` does for HTML and XML. */
  readonly snippets: readonly { readonly text: string; readonly label?: number }[];
  /** How many threads ask. @defaultValue 2 */
  readonly threads?: number;
  /** Receives `peers/asked` with `library`, `done` and `total`. */
  readonly onEvent?: EventSink | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** Snippets an order: many enough that sending costs nothing, few enough that progress is seen. */
const perOrder = 20;

/**
 * Asks highlight.js and VS Code's model about every snippet in worker threads, each library used as its authors
 * document it. highlight.js is asked twice; the model gives one distribution that is read twice.
 *
 * @throws LimbeckError `worker-failed`, `aborted`
 */
export async function askPeers(options: AskPeersOptions): Promise<PeerAnswers[]> {
  const { languages, snippets, threads = 2, onEvent, abortSignal } = options;
  if (abortSignal?.aborted === true) throw stopped(abortSignal.reason);
  const pool = peerPool(threads);
  const abort = (): void => void pool.dispose();
  abortSignal?.addEventListener('abort', abort, { once: true });
  try {
    const texts = snippets.map(({ text }) => text);
    const [highlighted, guessed] = await Promise.all([
      askAll<HighlightAnswer>(pool, 'highlight.js', texts, languages, onEvent),
      askAll<readonly Guess[]>(pool, 'vscode', texts, languages, onEvent),
    ]);
    return [...readHighlight(options, highlighted), ...readGuesses(options, guessed)];
  } finally {
    abortSignal?.removeEventListener('abort', abort);
    await pool.dispose();
  }
}

async function askAll<Answer>(
  pool: PeerPool,
  library: Library,
  texts: readonly string[],
  languages: readonly string[],
  onEvent: EventSink | undefined,
): Promise<Answer[]> {
  const subset = ownNames(library, languages);
  const orders = Array.from({ length: Math.ceil(texts.length / perOrder) }, (_, i) =>
    texts.slice(i * perOrder, (i + 1) * perOrder),
  );
  let done = 0;
  const replies = await Promise.all(
    orders.map(async (some) => {
      const { answers } = await pool.ask({ library, texts: some, subset });
      done += some.length;
      onEvent?.(event('peers/asked', { library, done, total: texts.length }));
      return answers as readonly Answer[];
    }),
  );
  return replies.flat();
}

type Given = Pick<AskPeersOptions, 'languages' | 'snippets'>;

function readHighlight(
  { languages, snippets }: Given,
  answers: readonly HighlightAnswer[],
): PeerAnswers[] {
  const labels = labelsByName('highlight.js', languages);
  const read = (name: string, which: 0 | 1, names: readonly string[]): PeerAnswers => {
    const own = answers.map((answer) => answer[which] ?? undefined);
    return {
      name,
      ...counted(
        own,
        own.map((answer, i) => labelOf(labels, answer, snippets[i]!.label)),
      ),
      mapping: mappingOf(name, 'highlight.js', languages, names),
    };
  };
  return [
    read(peerNames.highlight, 0, detectable()),
    read(peerNames.highlightOurs, 1, ownNames('highlight.js', languages)),
  ];
}

function readGuesses({ languages }: Given, answers: readonly (readonly Guess[])[]): PeerAnswers[] {
  const labels = labelsByName('vscode', languages);
  const first = answers.map(([guess]) => guess?.name);
  const rows = answers.map((found) => restricted(found, labels, languages.length));
  const best = rows.map((row) => (row.some((p) => p > 0) ? row.indexOf(Math.max(...row)) : -1));
  const probabilities = new Float64Array(rows.length * languages.length);
  for (const [i, row] of rows.entries()) probabilities.set(row, i * languages.length);
  return [
    {
      name: peerNames.vscode,
      ...counted(
        first,
        first.map((name) => labelOf(labels, name)),
      ),
      mapping: mappingOf(peerNames.vscode, 'vscode', languages, modelNames),
    },
    {
      name: peerNames.vscodeOurs,
      ...counted(first, best),
      elsewhere: 0,
      probabilities,
      mapping: mappingOf(peerNames.vscodeOurs, 'vscode', languages, ownNames('vscode', languages)),
    },
  ];
}

function counted(names: readonly (string | undefined)[], labels: readonly number[]) {
  const abstained = names.filter((name) => name === undefined).length;
  const elsewhere = labels.filter((label, i) => label < 0 && names[i] !== undefined).length;
  return { labels: Int32Array.from(labels), abstained, elsewhere };
}
