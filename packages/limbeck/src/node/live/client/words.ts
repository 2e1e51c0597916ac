/** Seconds for people: `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A number with commas: whole, or with up to two decimals where it is below 10. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

/** A measured value with four figures: `0.4213`, `12.34`, `3.0e-5`. */
export function measured(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** The time of day. */
export function clock(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB');
}

/** A value's name in words: `softTargets` as `soft targets`. */
export function inWords(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z](?=[a-z])/gu, (letter) => ` ${letter.toLowerCase()}`);
}
