import type { RunReport } from '@limbeck/evaluators';
import { bytes, capital, count, moment } from '../format.js';
import { html, type Html, type HtmlValue } from '../html.js';
import { dataTable, type Section } from './section.js';

/** What one needs to know to check the numbers or to make them again. */
export function records(report: RunReport): Section {
  const { command, seeds, machine, versions = {}, notes = [], finishedAt, student } = report;
  const facts: [term: string, detail: HtmlValue][] = [
    ['Finished', moment(finishedAt)],
    ['Seeds', seeds.join(', ')],
  ];
  if (command !== undefined) facts.push(['Made by', html`<code>${command}</code>`]);
  if (machine !== undefined) {
    facts.push(
      ['Machine', `${machine.cpu}, ${machine.cores} cores`],
      ['Node and ONNX Runtime', `${machine.node}, ${machine.onnxruntime}`],
    );
  }
  for (const [name, version] of Object.entries(versions)) facts.push([name, version]);
  return {
    id: 'records',
    short: 'Record',
    title: 'For the record',
    body: html`${
        notes.length > 0 &&
        html`<ul class="notes">
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul>`
      }
      <div class="halves">
        <div>
          <h3>Run</h3>
          ${list(facts)}
        </div>
        <div>
          <h3>Data</h3>
          ${dataset(report)}
        </div>
      </div>
      ${student && shipped(report)} ${mapping(report)}`,
  };
}

function list(facts: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl class="facts">
    ${facts.map(
      ([term, detail]) =>
        html`<dt>${term}</dt>
          <dd>${detail}</dd>`,
    )}
  </dl>`;
}

function dataset({ dataset: data }: RunReport): Html {
  const { name, rows, classes, splits = [], license, source, sha256, note } = data;
  const facts: [string, HtmlValue][] = [
    ['Name', name],
    ['Rows', count(rows)],
    ['Classes', `${classes.length}: ${classes.join(', ')}`],
    ...splits.map(({ name: split, rows: size, groups }): [string, HtmlValue] => [
      capital(split),
      `${count(size)} rows${groups === undefined ? '' : ` of ${count(groups)} groups`}`,
    ]),
  ];
  if (license !== undefined) facts.push(['Licence', license]);
  if (source !== undefined) facts.push(['Source', source]);
  if (sha256 !== undefined) facts.push(['sha256', html`<code class="hash">${sha256}</code>`]);
  if (note !== undefined) facts.push(['Made', note]);
  return list(facts);
}

function shipped({ student }: RunReport): Html {
  const {
    weightsSha256,
    parameters,
    architecture,
    training = {},
    files,
    gate = [],
    canary,
  } = student!;
  const facts: [string, HtmlValue][] = [
    ...(architecture === undefined ? [] : [['Family', architecture] as [string, HtmlValue]]),
    ['Weights', count(parameters)],
    ['sha256 of the weights', html`<code class="hash">${weightsSha256}</code>`],
    ...Object.entries(training),
    ...(canary === undefined ? [] : [['Alignment check', canary] as [string, HtmlValue]]),
  ];
  return html`<h3>The student</h3>
    ${list(facts)}
    ${
      gate.length > 0 &&
      html`<ul class="gate">
        ${gate.map(({ name, passed, detail }) => html`<li class="${passed ? 'better' : 'worse'}"><b>${name}</b> ${passed ? 'passed' : 'failed'}: ${detail}</li>`)}
      </ul>`
    }
    ${dataTable(
      'Files that ship',
      [
        { heading: 'File' },
        { heading: 'Size', numeric: true },
        { heading: 'After gzip', numeric: true },
        { heading: 'sha256' },
      ],
      files.map(({ path, sizeBytes, gzipBytes, sha256 }) => [
        html`<code>${path}</code>`,
        bytes(sizeBytes),
        gzipBytes === undefined ? '' : bytes(gzipBytes),
        html`<code class="hash">${sha256}</code>`,
      ]),
    )}`;
}

function mapping({ labelMapping = [] }: RunReport): Html {
  return html`${labelMapping.map(
    ({ system, entries, unknown = [] }) =>
      html`<details>
        <summary>How the labels of ${system} were read (${count(entries.length)})</summary>
        ${unknown.length > 0 && html`<p>It does not know: ${unknown.join(', ')}.</p>`}
        ${dataTable(
          `Labels of ${system}`,
          [{ heading: 'Its label' }, { heading: 'Read as' }],
          entries.map(({ from, to }) => [html`<code>${from}</code>`, to ?? 'none of the classes']),
        )}
      </details>`,
  )}`;
}
