import { parentPort } from 'node:worker_threads';
import type { Library } from './dialects.js';
import type { Guess } from './vscode-model.js';

/** Texts for one library. */
export interface Order {
  readonly library: Library;
  readonly texts: readonly string[];
  /** The names that highlight.js is restricted to, the second time it is asked. */
  readonly subset: readonly string[];
}

/** What highlight.js says of a text: over all its languages, and restricted; `null` where it abstains. */
export type HighlightAnswer = readonly [all: string | null, restricted: string | null];

/** One answer a text. */
export type Answers =
  | { readonly library: 'highlight.js'; readonly answers: readonly HighlightAnswer[] }
  | { readonly library: 'vscode'; readonly answers: readonly (readonly Guess[])[] };

/** Answers an order, or says why not. */
export type Reply = { readonly done: Answers } | { readonly failed: string };

async function answer({ library, texts, subset }: Order): Promise<Answers> {
  // Each library is loaded only where it is asked.
  if (library === 'highlight.js') {
    const { highlightAuto } = await import('./highlighter.js');
    const answers = texts.map((text): HighlightAnswer => [
      highlightAuto(text) ?? null,
      highlightAuto(text, subset) ?? null,
    ]);
    return { library, answers };
  }
  const { guesses } = await import('./vscode-model.js');
  const answers: (readonly Guess[])[] = [];
  for (const text of texts) answers.push(await guesses(text));
  return { library, answers };
}

parentPort?.on('message', (order: Order) => {
  answer(order)
    .then((done): Reply => ({ done }))
    .catch((error: unknown): Reply => ({
      failed: error instanceof Error ? error.message : String(error),
    }))
    .then((reply) => parentPort?.postMessage(reply, []))
    .catch(() => process.exit(1));
});
