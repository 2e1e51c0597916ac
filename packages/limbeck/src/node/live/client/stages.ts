import type { Stage } from './state.js';
import { duration } from './words.js';

const said = { waiting: 'waiting', running: 'running', done: 'done', cached: 'was done before' };

/** The list of stages, with what each is at. */
export function showStages(
  list: HTMLElement,
  stages: readonly Stage[],
  nowMs: number,
  endedMs: number | undefined,
): void {
  while (list.children.length > stages.length) list.lastElementChild?.remove();
  stages.forEach((stage, i) => {
    const item = list.children[i] ?? list.appendChild(newItem());
    const seconds = secondsOf(stage, endedMs ?? nowMs);
    const isStopped = endedMs !== undefined && stage.state === 'running';
    const at = isStopped ? 'stopped' : said[stage.state];
    item.className = `stage ${isStopped ? 'stopped' : stage.state}`;
    if (stage.state === 'running' && !isStopped) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
    write(item.querySelector('.name')!, stage.name);
    const took = seconds === undefined ? '' : `, ${duration(seconds)}`;
    write(item.querySelector('.detail')!, `${at}${took}`);
    if (stage.why !== undefined) item.setAttribute('title', stage.why);
  });
}

function newItem(): HTMLElement {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.className = 'name';
  const detail = document.createElement('span');
  detail.className = 'detail';
  item.append(name, ' ', detail);
  return item;
}

function secondsOf({ state, seconds, startedMs }: Stage, nowMs: number): number | undefined {
  if (state === 'done') return seconds;
  if (state !== 'running' || startedMs === undefined) return undefined;
  return Math.max(0, nowMs - startedMs) / 1000;
}

/** Changes a text only where it differs, so that a selection and a screen reader are left alone. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
