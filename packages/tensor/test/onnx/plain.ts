/** What was set, in a form in which both codecs' messages compare: long numbers as text, no empty lists. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join(' ');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Ours says which member of a union is set; theirs sets the member.
      .flatMap(([key, child]): [string, unknown][] =>
        key === 'value' && typeof child === 'object' && child !== null && 'case' in child
          ? child.case === undefined
            ? []
            : [[child.case as string, plain((child as { value?: unknown }).value)]]
          : [[key, plain(child)]],
      )
      .filter(
        ([key, child]) => !key.startsWith('$') && !(Array.isArray(child) && child.length === 0),
      ),
  );
}
