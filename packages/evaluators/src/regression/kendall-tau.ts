/** Kendall's τ-b of two lists of which neither is constant, by merge sort. */
export function kendallTau(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => x[i]! - x[j]! || y[i]! - y[j]!);
  const sortedX = Float64Array.from(order, (i) => x[i]!);
  const sortedY = Float64Array.from(order, (i) => y[i]!);
  const all = (n * (n - 1)) / 2;
  const tiedX = tiedPairs(n, (a, b) => sortedX[a] === sortedX[b]);
  const both = tiedPairs(n, (a, b) => sortedX[a] === sortedX[b] && sortedY[a] === sortedY[b]);
  // Pairs in the opposite order are those that sorting by y has to swap.
  const opposite = inversions(sortedY);
  const tiedY = tiedPairs(n, (a, b) => sortedY[a] === sortedY[b]);
  const difference = all - tiedX - tiedY + both - 2 * opposite;
  const tau = difference / Math.sqrt(all - tiedX) / Math.sqrt(all - tiedY);
  return Math.max(-1, Math.min(1, tau));
}

/** How many pairs of equal neighbours there are in a sorted list. */
function tiedPairs(n: number, same: (a: number, b: number) => boolean): number {
  let pairs = 0;
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && same(start, end)) end++;
    pairs += ((end - start) * (end - start - 1)) / 2;
    start = end;
  }
  return pairs;
}

/** How many pairs stand in falling order; leaves the list sorted. */
function inversions(list: Float64Array): number {
  let from: Float64Array = list;
  let into: Float64Array = new Float64Array(list.length);
  let count = 0;
  for (let width = 1; width < list.length; width *= 2) {
    for (let start = 0; start < list.length; start += 2 * width) {
      const middle = Math.min(start + width, list.length);
      const end = Math.min(start + 2 * width, list.length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        if (left < middle && (right >= end || from[left]! <= from[right]!))
          into[at] = from[left++]!;
        else {
          count += middle - left;
          into[at] = from[right++]!;
        }
      }
    }
    [from, into] = [into, from];
  }
  if (from !== list) list.set(from);
  return count;
}
