/** An axis of shares, read as percent. */
export const accuracyAxis = { format: '.0%', tickCount: 5 } as const;

/** A domain that holds all intervals with some air, on whole steps of five hundredths. */
export function accuracyDomain(
  intervals: readonly { readonly low: number; readonly high: number }[],
): [number, number] {
  const low = Math.min(...intervals.map((interval) => interval.low));
  const high = Math.max(...intervals.map((interval) => interval.high));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const step = 0.05;
  return [
    Math.max(0, Math.floor((low - 0.005) / step) * step),
    Math.min(1, Math.ceil((high + 0.005) / step) * step),
  ];
}

/** How wide a text of 12 pixels is, roughly; nothing is measured, so that pictures are the same everywhere. */
export function textWidth(text: string): number {
  return Math.ceil(text.length * 6.6);
}
