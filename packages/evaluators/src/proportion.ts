import { checkBetween, checkWhole } from '@limbeck/core';

/**
 * The lower bound of a share of which `hits` of `n` were seen, by Clopper and Pearson: with so few hits or more in less than
 * `1 − confidence` of all samples if the share were below it.
 *
 * @throws LimbeckError `invalid-option` for counts that are no whole numbers of at least 0, or a confidence outside `(0, 1)`
 * @see Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", 1934.
 */
export function proportionLow(hits: number, n: number, confidence = 0.95): number {
  checkWhole('proportionLow', { n }, 1, 'Count at least one item.');
  checkWhole('proportionLow', { hits }, 0, 'Pass how many of the items count.');
  checkBetween('proportionLow', { hits }, 0, n, 'Pass how many of the items count.');
  checkBetween('proportionLow', { confidence }, 1e-9, 1 - 1e-9, 'Use 0.95.');
  if (hits === 0) return 0;
  // P[Binomial(n, p) ≥ hits] = I_p(hits, n − hits + 1) rises with p.
  let [low, high] = [0, hits / n];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, hits, n - hits + 1) < 1 - confidence) low = middle;
    else high = middle;
  }
  return low;
}

/** The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // Lentz's method.
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** A divisor kept from 0. */
function away(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** log Γ(x) for x of at least 1: Stirling's series, after the recurrence where x is small. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
