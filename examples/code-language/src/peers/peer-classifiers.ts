import { peerNames } from './ask-peers.js';
import { labelOf, labelsByName, ownNames } from './dialects.js';
import { highlightAuto } from './highlighter.js';
import { guesses, restricted } from './vscode-model.js';

/** Names a text's language in this thread: a label, or -1. */
export type PeerClassifier = (text: string) => number | Promise<number>;

/**
 * The peers for timing them one snippet at a time, by their names in the report; highlight.js answers at once, VS Code's
 * model with a promise, as its authors made it.
 */
export function peerClassifiers(languages: readonly string[]): {
  readonly [name: string]: PeerClassifier;
} {
  const subset = ownNames('highlight.js', languages);
  const highlight = labelsByName('highlight.js', languages);
  const vscode = labelsByName('vscode', languages);
  return {
    [peerNames.highlight]: (text) => labelOf(highlight, highlightAuto(text)),
    [peerNames.highlightOurs]: (text) => labelOf(highlight, highlightAuto(text, subset)),
    [peerNames.vscode]: async (text) => labelOf(vscode, (await guesses(text))[0]?.name),
    [peerNames.vscodeOurs]: async (text) => {
      const row = restricted(await guesses(text), vscode, languages.length);
      return row.some((p) => p > 0) ? row.indexOf(Math.max(...row)) : -1;
    },
  };
}
