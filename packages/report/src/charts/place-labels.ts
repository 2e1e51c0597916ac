import { textWidth } from './scales.js';

/** A point that wants its name beside it, in pixels of the plot. */
export interface LabelledPoint {
  /** The name. */
  readonly name: string;
  /** From the left. */
  readonly px: number;
  /** From the top. */
  readonly py: number;
  /** Whether it is placed first, and in the accent. */
  readonly ours: boolean;
}

/** A part of the plot that names had better leave free, in pixels. */
export interface Obstacle {
  /** From the left, where it begins. */
  readonly left: number;
  /** From the left, where it ends. */
  readonly right: number;
  /** From the top, where it begins. */
  readonly top: number;
  /** From the top, where it ends. */
  readonly bottom: number;
}

/** A name and where it goes. */
export interface PlacedLabel {
  /** The name. */
  readonly name: string;
  /** Where it is anchored, from the left. */
  readonly x: number;
  /** Its middle, from the top. */
  readonly y: number;
  /** Which end of it is anchored. */
  readonly align: 'left' | 'right' | 'center';
  /** Whether it is drawn in the accent. */
  readonly ours: boolean;
}

const half = 7;

/**
 * Puts each name on the side of its point where it overlaps least: right, left, above, below, then further off. Greedy, in
 * the order of importance; enough for a dozen points, and the same on every machine.
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  width: number,
  height: number,
  obstacles: readonly Obstacle[] = [],
): PlacedLabel[] {
  const dots: Obstacle[] = points.map(({ px, py }) => boxAt(px - 5, px + 5, py, 5));
  const taken: Obstacle[] = [];
  const ordered = points
    .map((point, i) => ({ point, i }))
    .sort((a, b) => Number(b.point.ours) - Number(a.point.ours) || a.point.py - b.point.py);
  return ordered.map(({ point, i }) => {
    const options = candidates(point).map((label) => {
      const box = boxOf(label);
      const others = [...taken, ...obstacles, ...dots.filter((_, other) => other !== i)];
      const hidden = others.reduce((sum, other) => sum + overlap(box, other), 0);
      return { label, box, cost: hidden + 40 * outside(box, width, height) };
    });
    const best = options.reduce((least, option) =>
      option.cost < least.cost - 1e-9 ? option : least,
    );
    taken.push(best.box);
    return best.label;
  });
}

function candidates({ name, px, py, ours }: LabelledPoint): PlacedLabel[] {
  const at = (x: number, y: number, align: PlacedLabel['align']): PlacedLabel => ({
    name,
    x,
    y,
    align,
    ours,
  });
  return [0, 8, -8, 16, -16, 26, -26].flatMap((shift) => [
    at(px + 9, py + shift, 'left'),
    at(px - 9, py + shift, 'right'),
    ...(shift === 0 ? [at(px, py - 15, 'center'), at(px, py + 15, 'center')] : []),
  ]);
}

function boxOf({ name, x, y, align }: PlacedLabel): Obstacle {
  const size = textWidth(name);
  const left = align === 'left' ? x : align === 'right' ? x - size : x - size / 2;
  return boxAt(left, left + size, y, half);
}

function boxAt(left: number, right: number, y: number, reach: number): Obstacle {
  return { left, right, top: y - reach, bottom: y + reach };
}

function overlap(a: Obstacle, b: Obstacle): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}

/** How many pixels of a box lie beyond the plot. */
function outside(box: Obstacle, width: number, height: number): number {
  return (
    Math.max(0, -box.left) +
    Math.max(0, box.right - width) +
    Math.max(0, -box.top) +
    Math.max(0, box.bottom - height)
  );
}
