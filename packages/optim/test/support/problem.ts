import type { Numbers } from './train.js';

/** Where golden/optimisers.py starts. */
export const start = { 'layer/weight': [0.5, -1.25, 2, 0.125], 'layer/bias': [0.25, -0.75] };

/** The gradients of golden/optimisers.py. */
export function gradients(parameters: Numbers, t: number): Numbers {
  return Object.fromEntries(
    Object.entries(parameters).map(([path, theta]) => {
      const scale = path === 'layer/weight' ? 1 : 0.01;
      return [path, theta.map((x) => scale * (Math.sin(3 * x + t) + 0.5 * x))];
    }),
  );
}
