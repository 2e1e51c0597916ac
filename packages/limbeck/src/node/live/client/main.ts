import { Charts } from './charts.js';
import { emptyState, type LiveEvent, take } from './state.js';
import { write } from './stages.js';
import { chooseTraining, type Link, showState } from './view.js';

const steps = JSON.parse(document.body.dataset['steps'] ?? '[]') as readonly string[];
let state = emptyState(steps);
let link: Link = 'connecting';
let session = '';
let choice = '';
let due = false;
const charts = new Charts();

/** Draws at most once a frame, however many events come. */
function drawSoon(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw(true);
  });
}

function draw(withCharts: boolean): void {
  const training = chooseTraining(state, choice);
  showState(state, training, link, Date.now());
  write(document.querySelector('#training-name')!, training?.name ?? 'Training');
  if (withCharts) charts.show(training);
}

const source = new EventSource('events');
source.addEventListener('hello', (message) => {
  const hello = JSON.parse((message as MessageEvent<string>).data) as {
    readonly session: string;
    readonly fresh: boolean;
  };
  // Another run has the address now, or all is told anew.
  if (hello.session !== session || hello.fresh) state = emptyState(steps);
  session = hello.session;
  link = 'live';
  drawSoon();
});
source.addEventListener('message', (message: MessageEvent<string>) => {
  const event = JSON.parse(message.data) as LiveEvent;
  take(state, event);
  link = 'live';
  if (state.ended !== undefined) source.close();
  drawSoon();
});
source.addEventListener('error', () => {
  if (state.ended !== undefined) return;
  link = 'lost';
  drawSoon();
});

document.querySelector('#trainings')!.addEventListener('change', (change) => {
  choice = (change.target as HTMLSelectElement).value;
  draw(true);
});

// Times move on between events; a hidden tab is not drawn by frames, and its title counts on.
setInterval(() => draw(document.hidden), 1000);
draw(true);
