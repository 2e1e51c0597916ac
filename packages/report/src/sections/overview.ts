import type { RunReport } from '@limbeck/evaluators';
import { bytes, count, milliseconds, percent, range } from '../format.js';
import { html, type Html } from '../html.js';
import { studentOf, systemOf } from '../pick-systems.js';

/** The head of the page: what the run is about, what it found in a sentence, and its few key numbers. */
export function overview(report: RunReport): Html {
  const { name, title = name, summary, headline, labelEfficiency } = report;
  const said = headline ?? labelEfficiency?.sentence;
  return html`<header class="page" id="top">
    <p class="eyebrow">Distillation report</p>
    <h1>${title}</h1>
    ${summary !== undefined && html`<p class="summary">${summary}</p>`}
    ${said !== undefined && html`<p class="headline">${said}</p>`} ${keyNumbers(report)}
  </header>`;
}

function keyNumbers(report: RunReport): Html {
  const student = studentOf(report);
  if (student === undefined) return html``;
  const teacher = systemOf(report, 'teacher');
  const small = systemOf(report, 'student-int8') ?? student;
  const entries: [term: string, value: string, detail: string][] = [
    [
      'Student’s accuracy',
      percent(student.accuracy.value),
      `95% interval ${range(student.accuracy)}`,
    ],
  ];
  if (teacher !== undefined) {
    const gap = (teacher.accuracy.value - student.accuracy.value) * 100;
    const compared =
      Math.abs(gap) < 0.05
        ? 'the student is level with it'
        : `the student is ${Math.abs(gap).toFixed(1)} points ${gap > 0 ? 'below' : 'above'}`;
    entries.push(['Teacher’s accuracy', percent(teacher.accuracy.value), compared]);
  }
  if (small.sizeBytes !== undefined) {
    const packed = small.gzipBytes === undefined ? '' : `, ${bytes(small.gzipBytes)} after gzip`;
    entries.push([
      'Size',
      bytes(small.sizeBytes),
      `${small === student ? 'float32' : 'int8'}${packed}`,
    ]);
  }
  const latency = small.latencyMs ?? student.latencyMs;
  if (latency !== undefined) {
    entries.push([
      'One answer',
      milliseconds(latency.p50),
      `median at batch 1; ${milliseconds(latency.p95)} at the 95th percentile`,
    ]);
  }
  if (report.teacher !== undefined) {
    const { asked, cached } = report.teacher;
    entries.push(['Teacher asked', count(asked), `${count(cached)} answers were there already`]);
  }
  return html`<dl class="numbers">
    ${entries.map(
      ([term, value, detail]) =>
        html`<div>
          <dt>${term}</dt>
          <dd><b>${value}</b><span>${detail}</span></dd>
        </div>`,
    )}
  </dl>`;
}
