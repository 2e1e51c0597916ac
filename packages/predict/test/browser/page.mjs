// Runs in the page: what the tests ask of a student there.
import { connectStudent, loadStudent } from '@limbeck/predict/web';

const wasmPaths = new URL('/onnxruntime-web/', location.href).href;

/** Predictions of the student at /tiny, and what ran it. */
export async function predict(texts) {
  const student = await loadStudent('/tiny', { wasmPaths });
  // At once: calls into one engine must not get into each other's way.
  const [answers] = await Promise.all([student.predict(texts), student.explain('ab 12')]);
  await student.dispose();
  return { engine: student.engine, answers };
}

/** The same in a worker, while a timer runs here. */
export async function inWorker(texts) {
  // A worker has no import map, so it gets the page's as addresses.
  const { imports } = JSON.parse(document.querySelector('script[type=importmap]').textContent);
  const source = await (await fetch('/test/student-worker.mjs')).text();
  const blob = new Blob([await resolved(source, location.href, imports)], {
    type: 'text/javascript',
  });
  const worker = new Worker(URL.createObjectURL(blob), { type: 'module' });
  const student = await connectStudent(worker);
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  const answers = await student.predict(texts);
  const code = (error) => error.code;
  const unknown = await student.explain('a', { label: 'letters' }).catch(code);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  const many = Array.from({ length: 300_000 }, () => 'abc');
  const aborted = await student.predict(many, { abortSignal: controller.signal }).catch(code);
  clearInterval(timer);
  await student.dispose();
  worker.terminate();
  return { engine: student.engine, answers, aborted, unknown, ticks };
}

/** Labels of the student of tokens. */
export async function tokens() {
  const student = await loadStudent('/tokens');
  return (await student.predict(['very good', 'not bad'])).map(({ label }) => label);
}

/** Codes of what a page lacks. */
export async function missing() {
  const code = (error) => error.code;
  return [
    await loadStudent('/nowhere').catch(code),
    await loadStudent('/tiny', { engine: 'onnxruntime' }).catch(code),
  ];
}

const modules = new Map();

/** A module's text with its imports as addresses of modules that are themselves resolved. */
async function resolved(source, base, imports) {
  // Examples in comments import what the code does not.
  const code = source.replaceAll(/^\s*\*.*$/gm, '');
  const quoted = /(?:from|import\()\s*['"]([^'"]+)['"]/g;
  const names = [...code.matchAll(quoted)].map(([, name]) => name);
  let text = source;
  for (const name of new Set(names)) {
    const mapped = imports[name] ?? (name.startsWith('.') ? name : undefined);
    if (mapped === undefined) continue;
    const address = new URL(mapped, base).href;
    if (!modules.has(address)) {
      modules.set(
        address,
        fetch(address)
          .then((response) => response.text())
          .then((inner) => resolved(inner, address, imports))
          .then((made) => URL.createObjectURL(new Blob([made], { type: 'text/javascript' }))),
      );
    }
    const made = await modules.get(address);
    text = text.replaceAll(`'${name}'`, `'${made}'`).replaceAll(`"${name}"`, `'${made}'`);
  }
  return text;
}
