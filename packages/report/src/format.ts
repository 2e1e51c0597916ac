/** A share as percent: `82.3%`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** An interval of shares: `81.2 to 83.4`. */
export function range(interval: { readonly low: number; readonly high: number }): string {
  return `${(interval.low * 100).toFixed(1)} to ${(interval.high * 100).toFixed(1)}`;
}

/** A whole number with commas: `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A difference of shares in points of a hundred, with a true minus sign: `−1.2`. */
export function signedPoints(difference: number): string {
  return signed(difference * 100, (points) => points.toFixed(1));
}

/** A number by its size, with a true minus sign where it is below 0 as shown. */
export function signed(value: number, show: (size: number) => string): string {
  const shown = show(Math.abs(value));
  return value < 0 && !/^[0.]+(?: |$)/u.test(shown) ? `−${shown}` : shown;
}

/** Bytes in decimal units: `183 kB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : short(value)} ${units[unit]!}`;
}

/** Milliseconds with up to three figures: `0.142 ms`. */
export function milliseconds(value: number): string {
  return `${short(value)} ms`;
}

/** Seconds, or minutes and seconds: `2 min 03 s`. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** US dollars: `$0.42`, or `free`. */
export function dollars(value: number): string {
  if (value === 0) return 'free';
  return value < 0.01 ? `$${significant(value, 2)}` : `$${value.toFixed(2)}`;
}

/** An ISO time as a day and a minute in UTC: `25 November 2026, 15:04 UTC`; other text as it is. */
export function moment(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const day = time.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${day}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** A number with three figures, without zeros at its end. */
export function short(value: number): string {
  return String(Number(significant(value, 3)));
}

/** A number with so many figures and no exponent. */
export function significant(value: number, figures: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, figures - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 12));
}

/** A text with a capital first. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
