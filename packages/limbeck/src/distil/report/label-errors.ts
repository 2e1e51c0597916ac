import type { LabelErrorCandidate } from '@limbeck/evaluators';
import { largest, probabilitiesOf, rowsOf } from '../numbers.js';
import { teacherTemperature } from './systems.js';
import type { ReportParts } from './build-report.js';

/** From this probability on the teacher's doubt is worth a person's look. */
const sure = 0.8;

/**
 * Labels that the teacher doubts: texts that it surely puts under another label. A teacher that was trained here has not
 * seen the labels of the texts that it judges.
 *
 * @see Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021, §3.
 * {@link https://arxiv.org/abs/1911.00068}
 */
export function labelErrors(given: ReportParts): LabelErrorCandidate[] {
  const { parts, teacherLogits, read } = given;
  const { labels } = read;
  const classes = labels.length;
  const temperature = teacherTemperature(given);
  return (['train', 'validation', 'test'] as const)
    .flatMap((part) => {
      const { probabilities } = probabilitiesOf(teacherLogits[part]!, classes, temperature);
      return rowsOf(Float32Array.from(probabilities), classes).flatMap((row, i) => {
        const { text, label } = parts[part][i]!;
        const suggested = largest(row);
        if (label === undefined || suggested === label || row[suggested]! < sure) return [];
        return {
          text: text.slice(0, 1000),
          label: labels[label]!,
          suggested: labels[suggested]!,
          probability: Math.min(1, row[suggested]!),
          source: part,
        };
      });
    })
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 40);
}

/** How they were found. */
export function labelErrorsNote({ options }: ReportParts): string {
  const { teacher = 'train' } = options;
  return teacher === 'train'
    ? `The teacher puts these texts under another label with a probability of at least ${sure}; it judges each without having seen its label.`
    : `The teacher puts these texts under another label with a probability of at least ${sure}.`;
}
