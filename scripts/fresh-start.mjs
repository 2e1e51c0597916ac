// `npm start -- --smoke` as a newcomer sees it: a copy of the tracked files in an empty folder, an empty HOME, nothing
// installed. Then once more, when everything is there already.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, secondsSince } from './workspace.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-fresh-'));
const home = path.join(folder, 'home');
const clone = path.join(folder, 'limbeck');
mkdirSync(home);

function fail(message) {
  console.error(message);
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}

const listed = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
if (listed.status !== 0) fail('git ls-files failed: this gate wants a clone.');
for (const file of listed.stdout.split('\0')) {
  if (file !== '' && existsSync(path.join(root, file))) {
    cpSync(path.join(root, file), path.join(clone, file));
  }
}

/** Runs the start script of the copy. */
function start() {
  const began = performance.now();
  const script = path.join(clone, 'scripts', 'start.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, '--smoke'], {
    cwd: clone,
    encoding: 'utf8',
    env: { ...process.env, HOME: home, USERPROFILE: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(stdout);
  if (status !== 0) fail(`npm start -- --smoke ended with status ${status}.`);
  return secondsSince(began);
}

const [first, second] = [start(), start()];
const runs = path.join(clone, '.limbeck', 'runs');
const [run] = existsSync(runs) ? readdirSync(runs) : [];
const missing = ['report.json', 'report.html', 'model-card.md', 'demo.html', 'student'].filter(
  (name) => run === undefined || !existsSync(path.join(runs, run, name)),
);
if (missing.length > 0) fail(`The run did not write ${missing.join(', ')}.`);
console.log(`First start ${first} s with its install, second ${second} s.`);
rmSync(folder, { recursive: true, force: true });
