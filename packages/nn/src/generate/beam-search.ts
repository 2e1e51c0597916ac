import { type LogitsHook, adjustedLogits } from './adjust-logits.js';
import { logSumExp } from './choose-token.js';
import type { Generated } from './generate.js';
import type { Sequences } from './sequences.js';

/** How {@link beamSearch} goes. */
export interface BeamSearchOptions {
  readonly prompts: number;
  readonly width: number;
  readonly lengthPenalty: number;
  readonly steps: number;
  readonly stop: ReadonlySet<number>;
  readonly hook: LogitsHook | undefined;
  readonly pad: number;
  readonly check: () => void;
}

interface Candidate {
  readonly beam: number;
  readonly token: number;
  /** The log probability of everything made so far. */
  readonly score: number;
}

interface Beam {
  readonly tokens: readonly number[];
  readonly score: number;
}

/**
 * The likeliest sequences by the sum of log probabilities over length^penalty, `width` of them kept at each step.
 *
 * @param sequences - each prompt `width` times in a row
 * @see Wu et al., "Google's Neural Machine Translation System", 2016, §7. {@link https://arxiv.org/abs/1609.08144}
 */
export async function beamSearch(
  sequences: Sequences,
  options: BeamSearchOptions,
): Promise<Generated[]> {
  const { prompts, width, steps, lengthPenalty, stop } = options;
  const value = ({ tokens, score }: Beam): number => score / tokens.length ** lengthPenalty;
  const finished = Array.from({ length: prompts }, (): Beam[] => []);
  // All beams of a prompt start equal, so only one may be continued at first.
  let live = Array.from({ length: prompts * width }, (_, row): Beam => ({
    tokens: [],
    score: row % width === 0 ? 0 : -Infinity,
  }));
  const done = new Set<number>();
  for (let made = 0; made < steps && done.size < prompts; made++) {
    options.check();
    const promptOf = (row: number): number => Math.floor(row / width);
    const now = live;
    const logits = await adjustedLogits(sequences, options.hook, {
      made,
      promptOf,
      goesOn: (row) => !done.has(promptOf(row)) && now[row]!.score > -Infinity,
    });
    const rows: number[] = [];
    const next: Beam[] = [];
    for (let prompt = 0; prompt < prompts; prompt++) {
      const from = prompt * width;
      const candidates = best(
        logits.slice(from, from + width),
        live.slice(from, from + width),
        2 * width,
      );
      const kept: Candidate[] = [];
      candidates.forEach((candidate, rank) => {
        const tokens = [...live[from + candidate.beam]!.tokens, candidate.token];
        if (!stop.has(candidate.token)) {
          if (kept.length < width) kept.push(candidate);
        } else if (rank < width && !done.has(prompt)) {
          finished[prompt]!.push({ tokens, score: candidate.score });
        }
      });
      const ended = finished[prompt]!.sort((a, b) => value(b) - value(a)).slice(0, width);
      finished[prompt] = ended;
      for (let i = 0; i < width; i++) {
        // Fewer than `width` can go on where all else is forbidden: the first stands in, at no chance.
        const { beam, token, score } = kept[i] ?? { beam: 0, token: options.pad, score: -Infinity };
        rows.push(from + beam);
        next.push({ tokens: [...live[from + beam]!.tokens, token], score });
      }
      const hope = Math.max(...next.slice(from).map(value));
      if (ended.length === width && value(ended.at(-1)!) >= hope) done.add(prompt);
      if (hope === -Infinity) done.add(prompt);
    }
    live = next;
    sequences.pick(rows);
    sequences.push(next.map(({ tokens }) => tokens.at(-1)!));
  }
  return finished.map((ended, prompt) => {
    const running = live.slice(prompt * width, (prompt + 1) * width);
    const open = done.has(prompt) ? [] : running.filter(({ score }) => score > -Infinity);
    const [winner] = [...ended, ...open].sort((a, b) => value(b) - value(a));
    const { tokens, score } = winner ?? running[0]!;
    const stopped = ended.includes(winner!);
    return { tokens, ended: stopped ? 'stop' : 'length', logProbability: score };
  });
}

/** The best continuations of some beams; of equals that of the first beam, then the first token. */
function best(logits: readonly Float32Array[], beams: readonly Beam[], count: number): Candidate[] {
  const found: Candidate[] = [];
  beams.forEach(({ score: before }, beam) => {
    if (before === -Infinity) return;
    const all = logSumExp(logits[beam]!);
    logits[beam]!.forEach((logit, token) => {
      const score = before + logit - all;
      if (score === -Infinity) return;
      if (found.length === count && score <= found[count - 1]!.score) return;
      let at = found.length;
      while (at > 0 && found[at - 1]!.score < score) at--;
      found.splice(at, 0, { beam, token, score });
      if (found.length > count) found.pop();
    });
  });
  return found;
}
