/** Probabilities of logits, `[labels]`, in float64; `temperature` divides the logits first. */
export function softmax(logits: Float32Array, temperature: number): Float64Array {
  const scaled = Float64Array.from(logits, (value) => value / temperature);
  // Without this exp() overflows at logits above 709.
  const highest = Math.max(...scaled);
  const weights = scaled.map((value) => Math.exp(value - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
