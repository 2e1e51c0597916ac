import { contentHash } from '@limbeck/data';
import type { Lab } from '../lab.js';

/** What the run says of its corpus; the snippets themselves are read again where they are needed. */
export interface CorpusOutput {
  readonly languages: readonly string[];
  readonly windows: { readonly [part: string]: number };
  /** sha256 over every window's text, label and package. */
  readonly sha256: string;
}

/** Reads the corpus. */
export async function corpusStep(lab: Lab): Promise<CorpusOutput> {
  const { languages, train, validation, test, second } = await lab.corpus();
  const parts = { train, validation, test, second };
  const windows = Object.entries(parts).map(([part, rows]) => [part, rows.length]);
  return {
    languages: [...languages],
    windows: Object.fromEntries(windows) as { readonly [part: string]: number },
    sha256: contentHash(
      Object.values(parts).map((rows) =>
        rows.map(({ text, label, group }) => [text, label, group]),
      ),
    ),
  };
}
