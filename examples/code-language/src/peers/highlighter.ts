import hljs from 'highlight.js';

/** Every name that highlight.js may answer with when it is not told the language. */
export function detectable(): string[] {
  return hljs.listLanguages().filter((name) => hljs.getLanguage(name)?.disableAutodetect !== true);
}

/**
 * The language in which most of the text is highlighted, by highlight.js's own measure.
 *
 * @param subset - the names that it may choose among; all without
 * @returns its own name, or nothing where no grammar found anything
 */
export function highlightAuto(text: string, subset?: readonly string[]): string | undefined {
  return hljs.highlightAuto(text, subset === undefined ? undefined : [...subset]).language;
}
