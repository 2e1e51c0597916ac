import { showStages, write } from './stages.js';
import type { LiveState, Message, Sample, Training } from './state.js';
import { clock, count, duration, measured } from './words.js';

const find = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;

/** Whether the page hears from the run. */
export type Link = 'connecting' | 'live' | 'lost';

/** Writes everything but the charts. */
export function showState(
  state: LiveState,
  training: Training | undefined,
  link: Link,
  nowMs: number,
): void {
  showStatus(state, training, link);
  showNumbers(state, training, nowMs);
  showStages(find('stages'), state.stages, nowMs, state.ended?.atMs);
  find('pipeline').hidden = state.stages.length === 0;
  showSamples(state.samples);
  showMessages(state.messages);
  find('waiting').hidden = state.trainings.length > 0 || state.ended !== undefined;
}

const endings: { readonly [state: string]: string } = {
  done: 'The run is done.',
  failed: 'The run has failed.',
  interrupted: 'The run was stopped; what was finished is kept.',
};

function showStatus(state: LiveState, training: Training | undefined, link: Link): void {
  const status = find('status');
  const { ended } = state;
  const running = state.stages.findLast((stage) => stage.state === 'running');
  if (ended !== undefined) {
    const at = `It ended at ${clock(ended.atMs)}. This page keeps what it shows until you close it.`;
    write(find('status-text'), `${endings[ended.state] ?? 'The run is over.'} ${at}`);
    write(find('status-detail'), ended.message);
  } else if (link === 'lost') {
    write(
      find('status-text'),
      'No word from the run: its process is busy, or has gone. Trying again …',
    );
    write(find('status-detail'), '');
  } else if (link === 'connecting') {
    write(find('status-text'), 'Connecting …');
  } else {
    write(find('status-text'), running === undefined ? 'Running' : `Running: ${running.name}`);
    write(find('status-detail'), '');
  }
  status.dataset['state'] = ended?.state ?? link;
  const share =
    training === undefined
      ? undefined
      : Math.floor((100 * training.step) / Math.max(1, training.steps));
  const { name } = document.body.dataset;
  const prefix =
    ended === undefined ? (share === undefined ? '' : `${share}% · `) : `${ended.state} · `;
  const title = `${prefix}${name ?? ''}`;
  if (document.title !== title) document.title = title;
}

function showNumbers(state: LiveState, training: Training | undefined, nowMs: number): void {
  find('now').hidden = training === undefined;
  write(
    find('elapsed'),
    state.startedMs === undefined
      ? '–'
      : duration(((state.ended?.atMs ?? nowMs) - state.startedMs) / 1000),
  );
  if (training === undefined) return;
  const { step, steps, examplesPerSecond, secondsLeft, updatedMs, points } = training;
  const isDone = step >= steps;
  const progress = find<HTMLProgressElement>('progress');
  progress.max = Math.max(1, steps);
  progress.value = step;
  write(find('step'), count(step));
  write(find('steps'), `of ${count(steps)} steps`);
  const last = points.at(-1)?.values ?? {};
  const loss = last['loss'] ?? Object.values(last)[0];
  write(find('loss'), loss === undefined ? '–' : measured(loss));
  const rate = Object.entries(last).find(([name]) => /(?:^|\/)rate$/u.test(name))?.[1];
  write(find('loss-detail'), rate === undefined ? 'latest' : `at rate ${measured(rate)}`);
  write(find('speed'), examplesPerSecond === undefined ? '–' : count(examplesPerSecond));
  // Counted down between events, so that the clock moves while a long step runs.
  const left =
    secondsLeft === undefined ? undefined : Math.max(0, secondsLeft - (nowMs - updatedMs) / 1000);
  const known = left !== undefined && state.ended === undefined;
  write(find('left'), isDone ? 'done' : known ? duration(left) : '–');
}

let shownSamples: readonly Sample[] = [];

function showSamples(samples: readonly Sample[]): void {
  find('samples').hidden = samples.length === 0;
  if (samples === shownSamples) return;
  shownSamples = samples;
  find('sample-rows').replaceChildren(
    ...samples.map(({ text, label, predicted, probability }) => {
      const row = document.createElement('tr');
      row.className = predicted === label ? 'right' : 'wrong';
      const head = document.createElement('th');
      head.scope = 'row';
      const shown = document.createElement('span');
      shown.className = 'text';
      shown.textContent = text.length > 300 ? `${text.slice(0, 299)}…` : text;
      head.append(shown);
      const verdict = predicted === label ? 'right' : 'wrong';
      const cells = [label, predicted, `${(probability * 100).toFixed(0)}%`, verdict].map(
        (value) => {
          const cell = document.createElement('td');
          cell.textContent = value;
          return cell;
        },
      );
      row.append(head, ...cells);
      return row;
    }),
  );
}

let shownMessages: readonly Message[] = [];

function showMessages(messages: readonly Message[]): void {
  find('messages').hidden = messages.length === 0;
  if (messages === shownMessages) return;
  shownMessages = messages;
  find('message-list').replaceChildren(
    ...messages.toReversed().map(({ atMs, text, isWarning }) => {
      const item = document.createElement('li');
      item.className = isWarning ? 'warning' : '';
      const at = document.createElement('time');
      at.textContent = clock(atMs);
      item.append(at, ` ${isWarning ? 'Warning: ' : ''}${text}`);
      return item;
    }),
  );
}

/** The list of trainings to choose from; returns the chosen one, which is the latest unless the reader chose another. */
export function chooseTraining(state: LiveState, choice: string): Training | undefined {
  const select = find<HTMLSelectElement>('trainings');
  find('choice').hidden = state.trainings.length < 2;
  const names = state.trainings.map(({ name }) => name);
  const shown = [...select.options].slice(1).map(({ value }) => value);
  if (names.join('\n') !== shown.join('\n')) {
    select.replaceChildren(
      new Option('the latest', ''),
      ...names.map((name) => new Option(name, name)),
    );
    select.value = choice;
  }
  const found = state.trainings.find(({ name }) => name === choice);
  return found ?? state.trainings.toSorted((a, b) => a.updatedMs - b.updatedMs).at(-1);
}
