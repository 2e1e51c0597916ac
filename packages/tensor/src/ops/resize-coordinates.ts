/** Where an element of the result lies among those that it is made from, as ONNX names the ways to say it. */
export type ResizeCoordinates =
  | 'half_pixel'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric';

/** Which neighbour is the nearest one, as ONNX names the rules. */
export type ResizeRounding = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

/** Every one of them. */
export const resizeCoordinates: readonly ResizeCoordinates[] = [
  'half_pixel',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
];

/** Likewise. */
export const resizeRoundings: readonly ResizeRounding[] = [
  'round_prefer_floor',
  'round_prefer_ceil',
  'floor',
  'ceil',
];

/** How one axis is resized. */
export interface AxisRule {
  /** The nearest element, or a straight line between two. */
  readonly mode: 'nearest' | 'linear';
  /** Where an element of the result lies. */
  readonly coordinates: ResizeCoordinates;
  /** Which element is the nearest. */
  readonly rounding: ResizeRounding;
}

/** Which elements one of the result is made from: `1 − share` of the first and `share` of the second. */
export interface Source {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

const { fround } = Math;

/**
 * Where element `at` of `to` lies among `from` elements. In float32, as ONNX Runtime works it out: which element is the
 * nearest one may hang on a last bit.
 */
function coordinate(
  at: number,
  from: number,
  to: number,
  factor: number | undefined,
  rule: ResizeCoordinates,
): number {
  const scale = fround(factor ?? to / from);
  if (to === 1 && (rule === 'align_corners' || rule === 'pytorch_half_pixel')) return 0;
  if (rule === 'align_corners') return fround(fround(at * (from - 1)) / (to - 1));
  if (rule === 'asymmetric') return fround(at / scale);
  return fround(fround((at + 0.5) / scale) - 0.5);
}

const nearest: { readonly [Rule in ResizeRounding]: (place: number) => number } = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * What each of `to` elements is made from.
 *
 * @param factor - what coordinates are divided by; without it the ratio of the sizes
 */
export function sourcesOf(
  from: number,
  to: number,
  factor: number | undefined,
  { mode, coordinates, rounding }: AxisRule,
): Source[] {
  const inside = (index: number): number => Math.max(0, Math.min(from - 1, index));
  return Array.from({ length: to }, (_, at) => {
    const place = coordinate(at, from, to, factor, coordinates);
    if (mode === 'nearest') {
      const index = inside(nearest[rounding](place));
      return { low: index, high: index, share: 0 };
    }
    const clipped = inside(place);
    const low = Math.floor(clipped);
    return { low, high: inside(low + 1), share: clipped - low };
  });
}
