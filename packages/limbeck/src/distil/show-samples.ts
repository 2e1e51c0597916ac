import { event, type EventSink } from '@limbeck/core';
import type { Example } from './example.js';
import { largest, probabilitiesOf } from './numbers.js';

/** Shows what the student says of a few held-out texts. */
export function showSamples(
  onEvent: EventSink | undefined,
  examples: readonly Example[],
  logits: Float32Array,
  labels: readonly string[],
): void {
  if (onEvent === undefined) return;
  const classes = labels.length;
  const count = Math.min(6, examples.length);
  const rows = Array.from({ length: count }, (_, i) => {
    const place = Math.floor((i * examples.length) / count);
    const { text, label } = examples[place]!;
    const { probabilities } = probabilitiesOf(
      logits.subarray(place * classes, (place + 1) * classes),
      classes,
    );
    const predicted = largest(probabilities);
    return {
      text: text.slice(0, 300),
      label: label === undefined ? '' : labels[label]!,
      predicted: labels[predicted]!,
      probability: probabilities[predicted]!,
    };
  });
  onEvent(event('sample/predictions', { rows }));
}
