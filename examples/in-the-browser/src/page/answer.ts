import type { Report } from '../worker/messages.js';
import { drawBars, percent, the } from './elements.js';

/** Labels that are shown, the likeliest first. */
const shown = 5;
let speaking: ReturnType<typeof setTimeout> | undefined;

/** Shows what the student says of the text in the field. */
export function drawAnswer(answer: Extract<Report, { readonly kind: 'answer' }>): void {
  const { labels, probabilities, milliseconds } = answer;
  const best = labels.map((name, i) => ({ name, p: probabilities[i]! })).sort((a, b) => b.p - a.p);
  const [first] = best;
  the('answer').classList.remove('empty');
  the('label').textContent = first!.name;
  the('eyebrow').textContent =
    milliseconds === undefined ? 'So far this looks like' : 'This looks like';
  drawBars(
    the('probabilities'),
    best.slice(0, shown).map(({ name, p }) => ({ name, share: percent(p), length: p })),
  );
  if (milliseconds === undefined) return;
  the('time').textContent = milliseconds < 0.1 ? '< 0.1 ms' : `${milliseconds.toFixed(1)} ms`;
  // Who cannot see it hears it, once typing rests.
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    the('spoken').textContent = `${first!.name}, ${percent(first!.p)}`;
  }, 700);
}

/** Shows that there is no text. */
export function clearAnswer(): void {
  the('answer').classList.add('empty');
  the('eyebrow').textContent = 'This looks like';
  the('label').textContent = '—';
  drawBars(the('probabilities'), []);
}
