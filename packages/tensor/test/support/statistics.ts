/** ln Γ(x) for x above 0: Stirling's series, shifted to where it has converged. Abramowitz and Stegun, 6.1.41. */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 15; at++) shift += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** The upper regularised gamma function Q(a, x), by series below a + 1 and by Lentz's continued fraction above. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = a + 1; term > sum * 1e-16; n++) {
      term *= x / n;
      sum += term;
    }
    return 1 - sum * front;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 100_000; i++) {
    const factor = -i * (i - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** The probability of a chi-square at least as large, for so many degrees of freedom. */
export function chiSquareTail(statistic: number, freedom: number): number {
  return upperGamma(freedom / 2, statistic / 2);
}

/** The probability of a standard normal at least as far from 0, on either side. */
export function normalTails(z: number): number {
  return upperGamma(0.5, (z * z) / 2);
}

/** How probable counts this uneven, or this even, are under equal chances: two-sided, since too even is no chance either. */
export function uniformity(counts: ArrayLike<number>): number {
  const cells = Array.from(counts);
  const expected = cells.reduce((sum, count) => sum + count, 0) / cells.length;
  const statistic = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const tail = chiSquareTail(statistic, cells.length - 1);
  return 2 * Math.min(tail, 1 - tail);
}

/** Counts of one byte of each word; byte 3 is the highest. */
export function byteCounts(words: Uint32Array, byte: number): Uint32Array {
  const counts = new Uint32Array(256);
  for (const word of words) counts[(word >>> (8 * byte)) & 255]!++;
  return counts;
}

/** Counts of the highest bytes of words 0 and 1, 2 and 3, and so on. */
export function pairCounts(words: Uint32Array): Uint32Array {
  const counts = new Uint32Array(65_536);
  for (let i = 0; i + 1 < words.length; i += 2) {
    counts[((words[i]! >>> 24) << 8) | (words[i + 1]! >>> 24)]!++;
  }
  return counts;
}

/** The correlation of two sets of words as numbers, in standard errors. */
export function correlation(a: Uint32Array, b: Uint32Array): number {
  const centre = (2 ** 32 - 1) / 2;
  let sum = 0;
  for (let i = 0; i < a.length; i++)
    sum += ((a[i]! - centre) / 2 ** 32) * ((b[i]! - centre) / 2 ** 32);
  // Each product has variance (1/12)².
  return (sum * 12) / Math.sqrt(a.length);
}

/** How many of 32 bits agree more, or less, than by chance, in standard errors. */
export function bitAgreement(a: Uint32Array, b: Uint32Array): number {
  let differing = 0;
  for (let i = 0; i < a.length; i++) {
    let bits = a[i]! ^ b[i]!;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    differing += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return (differing - 16 * a.length) / Math.sqrt(8 * a.length);
}

/** How probable standard scores this large in all, or this small, are. */
export function together(scores: readonly number[]): number {
  const tail = chiSquareTail(
    scores.reduce((sum, z) => sum + z * z, 0),
    scores.length,
  );
  return 2 * Math.min(tail, 1 - tail);
}
