import { makeStudent } from './student.js';

/**
 * @typedef {{ student: import('./read-student.js').PageStudent, examples: { language: string, text: string }[] }} Data
 */

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const { student: model, examples } = /** @type {Data} */ (JSON.parse($('data').textContent ?? ''));
const student = makeStudent(model);
const code = /** @type {HTMLTextAreaElement} */ ($('code'));
const [ink, bars, answer, sheet] = [$('ink'), $('bars'), $('answer'), $('sheet')];
const rows = 5;

/** For whoever wants the numbers: the probabilities of a text, in the order of the labels. */
Object.assign(window, {
  limbeckPredict: (/** @type {string} */ text) => Array.from(student.predict(text)),
});

/**
 * Text in an element of its own.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

/** @param {number} p */
function percent(p) {
  if (p > 0.9995) return '> 99.9%';
  return p < 0.001 ? '< 0.1%' : `${(100 * p).toFixed(1)}%`;
}

/** The bars' elements, made once, so that their lengths can glide. */
const bar = Array.from({ length: Math.min(rows, student.labels.length) }, () => {
  const [name, share, track, fill] = [
    element('span'),
    element('span', '', 'share'),
    element('span', '', 'track'),
    element('i'),
  ];
  track.append(fill);
  const item = element('li');
  item.append(name, share, track);
  bars.append(item);
  return { name, share, fill };
});

const known = student.labels.map((label) => element('span', label));
known.forEach((item, i) => $('labels').append(i === 0 ? '' : ', ', item));
$('labels').append('.');

/**
 * Milliseconds of one answer. Browsers round their clocks, so several answers are timed together.
 *
 * @param {string} text
 */
function timed(text) {
  const started = performance.now();
  let runs = 0;
  let elapsed = 0;
  let probabilities = student.predict(text);
  while (++runs < 16 && (elapsed = performance.now() - started) < 3)
    probabilities = student.predict(text);
  return { probabilities, ms: elapsed / runs };
}

/**
 * How many UTF-8 bytes a character takes.
 *
 * @param {string} character
 */
function width(character) {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/**
 * Tints what spoke for the answer, in five strengths.
 *
 * @param {string} text
 * @param {number} label
 */
function tint(text, label) {
  const raw = student.spokenFor(text, label);
  // A little of each neighbour, so that the eye finds words in place of specks.
  const spoken = raw.map((value, i) => (value * 2 + (raw[i - 1] ?? 0) + (raw[i + 1] ?? 0)) / 4);
  const strongest = Math.max(...spoken, 1e-9);
  const parts = document.createDocumentFragment();
  let [run, level, byte] = ['', 0, 0];
  const flush = () => {
    if (run === '') return;
    if (level === 0) parts.append(run);
    else {
      const mark = element('mark', run);
      mark.style.setProperty('--a', String(0.06 + 0.09 * level));
      parts.append(mark);
    }
    run = '';
  };
  let cut = false;
  for (const character of text) {
    const bytes = width(character);
    if (!cut && byte >= spoken.length) {
      flush();
      parts.append(element('span', '', 'end'));
      [level, cut] = [0, true];
    }
    const strength = (spoken[byte] ?? 0) / strongest;
    byte += bytes;
    const next = cut || /\s/.test(character) ? 0 : Math.max(0, Math.ceil(7 * strength - 1.6));
    if (next !== level) flush();
    level = next;
    run += character;
  }
  flush();
  // A last line that is empty has its height in the field, so it needs one here.
  parts.append('\n');
  ink.replaceChildren(parts);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/**
 * Says the answer to screen readers once typing rests.
 *
 * @param {string} words
 */
function tell(words) {
  clearTimeout(telling);
  telling = setTimeout(() => ($('spoken').textContent = words), 700);
}

/** Answers what is in the field. */
function update() {
  const text = code.value;
  const empty = text.trim() === '';
  answer.classList.toggle('empty', empty);
  for (const button of $('samples').querySelectorAll('button')) {
    const own = examples.find(({ language }) => language === button.textContent);
    button.setAttribute('aria-pressed', String(own?.text === text));
  }
  if (empty) {
    $('eyebrow').textContent = 'This looks like';
    $('language').textContent = 'nothing yet';
    $('language').className = 'language long';
    $('read').textContent = '';
    $('time').textContent = '–';
    ink.replaceChildren();
    for (const item of known) item.classList.remove('now');
    for (const { name, share, fill } of bar) {
      name.textContent = '–';
      share.textContent = '';
      fill.style.setProperty('--p', '0');
    }
    tell('');
    return;
  }
  const { probabilities, ms } = timed(text);
  const order = student.labels.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);
  const first = order[0];
  const [best, sure] = [student.labels[first], probabilities[first]];
  $('eyebrow').textContent =
    sure >= 0.9 ? 'This is' : sure >= 0.5 ? 'This looks like' : 'Hard to say; perhaps';
  $('language').textContent = best;
  $('language').className = best.length > 9 ? 'language long' : 'language';
  bar.forEach(({ name, share, fill }, i) => {
    const p = probabilities[order[i]];
    name.textContent = student.labels[order[i]];
    share.textContent = percent(p);
    fill.style.setProperty('--p', p.toFixed(4));
  });
  $('time').textContent = ms < 0.1 ? '< 0.1 ms' : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  const total = new TextEncoder().encode(text).length;
  const used = Math.min(total, student.maxBytes);
  $('read').textContent =
    total > used
      ? `first ${used.toLocaleString('en')} of ${total.toLocaleString('en')} bytes read`
      : `${used.toLocaleString('en')} bytes`;
  known.forEach((item, i) => item.classList.toggle('now', i === first));
  tint(text, first);
  follow();
  tell(`${best}, ${percent(sure)}`);
}

/** Keeps the tint under its characters. */
function follow() {
  ink.style.transform = `translate(${-code.scrollLeft}px, ${-code.scrollTop}px)`;
}

/** @param {string} text */
function show(text) {
  code.value = text;
  code.scrollTo(0, 0);
  update();
}

for (const { language, text } of examples) {
  const button = element('button', language);
  button.type = 'button';
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => show(text));
  $('samples').append(button);
}

code.addEventListener('input', update);
code.addEventListener('scroll', follow, { passive: true });

/** @param {DragEvent} event */
async function drop(event) {
  const files = event.dataTransfer?.files;
  if (event.dataTransfer?.types.includes('Files') !== true) return;
  event.preventDefault();
  sheet.classList.toggle('over', event.type === 'dragover');
  // The rest of a large file would not be read.
  if (event.type === 'drop' && files?.[0]) show(await files[0].slice(0, 65536).text());
}
for (const kind of /** @type {const} */ (['dragover', 'dragleave', 'drop'])) {
  sheet.addEventListener(kind, (event) => void drop(event));
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');
/** @type {boolean | undefined} */
let chosen;

function paint() {
  const now = chosen ?? dark.matches;
  document.documentElement.classList.toggle('dark', now);
  $('theme').setAttribute('aria-pressed', String(now));
}
dark.addEventListener('change', paint);
$('theme').addEventListener('click', () => {
  chosen = !(chosen ?? dark.matches);
  paint();
});
paint();

// The first answers run before the browser has compiled them; they are not what an answer takes.
for (let i = 0; i < 40; i++) student.predict(examples[i % examples.length]?.text ?? 'warm');
// A browser may have kept what was typed before the page was loaded again.
if (code.value === '' && examples.length > 0) show(examples[0].text);
else update();
