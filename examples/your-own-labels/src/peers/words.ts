/** A text's words and pairs of neighbouring words, in lower case. */
export function wordsOf(text: string, pairs = false): string[] {
  const words = text
    .slice(0, 6000)
    .toLowerCase()
    .match(/[\p{L}\p{N}$!?']+/gu);
  if (words === null) return [];
  if (!pairs) return [...words];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/** The commonest terms of some texts, each with a number: those that at least two texts have. */
export function vocabularyOf(
  texts: readonly (readonly string[])[],
  limit: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const terms of texts) {
    for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const kept = [...counts].filter(([, count]) => count > 1);
  kept.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return new Map(kept.slice(0, limit).map(([term], i) => [term, i]));
}
