import type { LabelledText } from '../rows.js';
import type { Report, Request, Trained } from '../worker/messages.js';
import { zip } from '../zip.js';
import { clearAnswer, drawAnswer } from './answer.js';
import { makeCurve } from './curve.js';
import { dataDesk } from './data-desk.js';
import { count, download, percent, size, the } from './elements.js';

const button = the<HTMLButtonElement>('train');
const own = the<HTMLTextAreaElement>('own');
const worker = new Worker(new URL('../worker/train-worker.ts', import.meta.url), {
  type: 'module',
});
const ask = (request: Request): void => worker.postMessage(request, []);

let rows: readonly LabelledText[] | undefined;
let running = false;
let trained: Trained | undefined;
let majority: number | undefined;
let smooth = 0;

const accuracyCurve = makeCurve(the('accuracy-chart'), {
  colour: '--accent',
  range: (low) => [Math.max(0, Math.floor(Math.min(low, majority ?? 1) * 10) / 10 - 0.1), 1],
  write: (value) => `${Math.round(value * 100)}%`,
  level: () => majority,
});
const lossCurve = makeCurve(the('loss-chart'), {
  colour: '--second',
  range: (_, high) => [0, Math.max(0.1, high * 1.05)],
  write: (value) => String(Number(value.toFixed(2))),
});

dataDesk((ready) => {
  rows = ready;
  showButton();
});

function showButton(): void {
  button.textContent = running ? 'Stop' : trained === undefined ? 'Train' : 'Train again';
  button.disabled = !running && rows === undefined;
}

button.addEventListener('click', () => {
  if (running) return ask({ kind: 'stop' });
  if (rows === undefined) return;
  running = true;
  trained = undefined;
  showKept();
  showButton();
  the('progress').textContent = 'Getting ready…';
  the('done').style.setProperty('--p', '0');
  for (const id of ['accuracy', 'loss', 'split']) the(id).textContent = '';
  ask({ kind: 'train', rows, seed: 0 });
});

own.addEventListener('input', () => {
  if (own.value === '') clearAnswer();
  ask({ kind: 'text', text: own.value });
});
own.value = 'The parcel came on Monday, but the lamp in it has a crack.';
ask({ kind: 'text', text: own.value });

worker.addEventListener('message', ({ data }: MessageEvent<Report>) => {
  if (data.kind === 'split') {
    majority = data.majority;
    const same =
      data.duplicates === 0 ? '' : ` ${count(data.duplicates)} repeat another row, or nearly.`;
    the('split').textContent =
      `${count(data.train)} rows to learn from, ${count(data.heldOut)} held out.${same} The dashed line is the commonest label: ${percent(data.majority)}.`;
    accuracyCurve.clear(100);
    lossCurve.clear(100);
  } else if (data.kind === 'step') {
    const { step, steps, loss, secondsLeft } = data;
    if (step <= 2) {
      accuracyCurve.clear(steps);
      lossCurve.clear(steps);
    }
    // Batches differ: the curve shows the mean of the latest ones.
    smooth = step <= 2 ? loss : 0.85 * smooth + 0.15 * loss;
    lossCurve.add(step, smooth);
    the('loss').textContent = smooth.toFixed(3);
    the('done').style.setProperty('--p', String(step / steps));
    the('progress').textContent = `Step ${step} of ${steps}, ${secondsLeft} s left`;
  } else if (data.kind === 'evaluation') {
    accuracyCurve.add(data.step, data.accuracy);
    the('accuracy').textContent = percent(data.accuracy);
  } else if (data.kind === 'answer') {
    if (data.text === own.value) drawAnswer(data);
  } else {
    running = false;
    if (data.kind === 'trained') {
      trained = data;
      the('progress').textContent =
        `Done: ${percent(data.accuracy)} of the texts held out are right`;
      the('accuracy').textContent = percent(data.accuracy);
      the('done').style.setProperty('--p', '1');
    } else {
      the('progress').textContent =
        data.kind === 'stopped' ? 'Stopped.' : `${data.message} ${data.next}`;
    }
    showKept();
    showButton();
  }
});
worker.addEventListener('error', (event) => {
  running = false;
  the('progress').textContent = `The worker ended: ${event.message}. Load the page again.`;
  showButton();
});

function showKept(): void {
  const file = trained?.files['onnx/model.onnx'];
  for (const id of ['zip', 'onnx']) the<HTMLButtonElement>(id).disabled = file === undefined;
  the('size').textContent = file === undefined ? '–' : size(file.length);
  the('weights').textContent = trained === undefined ? '–' : count(trained.parameters);
  the('seconds').textContent = trained === undefined ? '–' : `${Math.round(trained.seconds)} s`;
  if (trained === undefined) the('time').textContent = '–';
}
the('zip').addEventListener('click', () => {
  if (trained !== undefined) download('student.zip', zip(trained.files));
});
the('onnx').addEventListener('click', () => {
  const file = trained?.files['onnx/model.onnx'];
  if (file !== undefined) download('model.onnx', file);
});

function setTheme(dark: boolean): void {
  document.documentElement.classList.toggle('dark', dark);
  the('theme').setAttribute('aria-pressed', String(dark));
  accuracyCurve.redraw();
  lossCurve.redraw();
}
the('theme').addEventListener('click', () => {
  setTheme(!document.documentElement.classList.contains('dark'));
});
setTheme(matchMedia('(prefers-color-scheme: dark)').matches);
