import type { Corpus, Snippet } from '../../src/corpus/index.js';

/** A snippet of a language of {@link toyCorpus}. */
export function snippet(languages: readonly string[], label: number, text: string): Snippet {
  const language = languages[label]!;
  return { text, label, language, group: `${language}-package`, lines: 1, file: `${language}/a` };
}

/** A corpus of so many training windows a language, each with a text of its own. */
export function toyCorpus(
  counts: { readonly [language: string]: number },
  parts: Partial<Pick<Corpus, 'train' | 'validation' | 'test' | 'second' | 'families'>> = {},
): Corpus {
  const languages = Object.keys(counts);
  const train = languages.flatMap((language, label) =>
    Array.from({ length: counts[language]! }, (_, i) =>
      snippet(languages, label, `${language} ${i}`),
    ),
  );
  return {
    languages,
    families: {},
    train,
    validation: [],
    test: [],
    second: [],
    table: {
      languages: [],
      droppedLanguages: [],
      droppedFiles: {},
      droppedWindows: {},
      separated: {},
    } as unknown as Corpus['table'],
    redrawTraining: () => [...train],
    ...parts,
  };
}
