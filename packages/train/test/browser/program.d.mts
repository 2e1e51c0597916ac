import type { Engine } from '@limbeck/runtime';

export function trainSteps(
  engine: Engine,
  steps: number,
): Promise<{ readonly losses: number[]; readonly graphs: string[] }>;
