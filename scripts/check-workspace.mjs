// What no tool checks: every package has the same shape, npm scripts hold no shell syntax, text files end lines with LF.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, projects, readJson, root } from './workspace.mjs';

const faults = [];
const check = (holds, message) => {
  if (!holds) faults.push(message);
};
const rootManifest = readJson('package.json');

for (const project of ['.', ...projects()]) {
  const manifest = readJson(`${project}/package.json`);
  for (const [name, command] of Object.entries(manifest.scripts ?? {})) {
    check(
      !/[&|;<>$`"'\\%~*]|^\w+=|\b(?:rm|cp|mv|cat|mkdir|export|test|cd) /.test(command),
      `${project}: the script "${name}" holds shell syntax: ${command}`,
    );
  }
  for (const field of [
    'dependencies',
    'devDependencies',
    'peerDependencies',
    'optionalDependencies',
  ]) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      const allowed = /^(?:catalog:|workspace:\^)$/.test(range) || field === 'peerDependencies';
      check(
        allowed,
        `${project}: ${field} names ${name} as "${range}" instead of catalog: or workspace:^`,
      );
    }
  }
}

const notices = readFileSync(path.join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8');
const references = readJson('tsconfig.build.json').references.map((reference) => reference.path);
for (const project of projects(['packages'])) {
  const manifest = readJson(`${project}/package.json`);
  const folder = path.basename(project);
  const name = folder === 'limbeck' ? 'limbeck' : `@limbeck/${folder}`;
  const has = (file) => existsSync(path.join(root, project, file));

  check(manifest.name === name, `${project}: is called ${manifest.name} instead of ${name}`);
  check(!manifest.private, `${project}: is private`);
  check(manifest.license === 'MIT', `${project}: license is not MIT`);
  check(manifest.type === 'module', `${project}: type is not module`);
  check(manifest.sideEffects === false, `${project}: sideEffects is not false`);
  check(Boolean(manifest.description), `${project}: has no description`);
  check(
    manifest.engines?.node === rootManifest.engines.node,
    `${project}: engines.node differs from the root's`,
  );
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    if (entry === './package.json' || typeof target !== 'object') continue;
    check(
      Object.keys(target).join() === '@limbeck/source,types,default',
      `${project}: exports "${entry}" is not @limbeck/source, types, default in this order`,
    );
    check(
      has(target['@limbeck/source'] ?? '?'),
      `${project}: exports "${entry}" names a source that is not there`,
    );
  }
  for (const file of [
    'README.md',
    'LICENSE',
    'src/index.ts',
    'tsconfig.json',
    'vitest.config.ts',
  ]) {
    check(has(file), `${project}: has no ${file}`);
  }
  for (const [group, ending] of [
    ['test', '.test.ts'],
    ['bench', '.bench.ts'],
  ]) {
    const found = filesBelow(`${project}/${group}`, (file) => file.endsWith(ending));
    check(found.length > 0, `${project}: has no ${group}/*${ending}`);
  }
  for (const file of filesBelow(
    `${project}/src`,
    (each) => each.endsWith('.ts') && !each.includes('/gen/'),
  )) {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n').length;
    check(lines <= 400, `${file}: has ${lines} lines: there are usually two ideas in it`);
  }

  for (const other of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const ours = /^(?:@limbeck\/|limbeck$)/.test(other);
    check(
      ours || notices.includes(`\`${other}\``),
      `THIRD_PARTY_NOTICES.md: does not name ${other}, of ${project}`,
    );
  }

  check(references.includes(project), `tsconfig.build.json: does not reference ${project}`);
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((other) => /^(?:@limbeck\/|limbeck$)/.test(other))
    .map((other) => `../${other.replace('@limbeck/', '')}`);
  const given = (readJson(`${project}/tsconfig.json`).references ?? []).map(
    (reference) => reference.path,
  );
  for (const other of wanted)
    check(given.includes(other), `${project}/tsconfig.json: does not reference ${other}`);
}

// Links between pages, and the list of decisions.
const pages = filesBelow(
  '',
  (file) => file.endsWith('.md') && !file.includes('CHANGELOG') && !file.startsWith('.changeset'),
);
for (const page of pages) {
  const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(?:https?:|mailto:|#)/.test(link)) continue;
    const target = path.join(root, path.dirname(page), link.replace(/#.*$/, ''));
    check(existsSync(target), `${page}: links to ${link}, which is not there`);
  }
}
const decisions = readFileSync(path.join(root, 'docs', 'decisions', 'README.md'), 'utf8');
for (const page of filesBelow('docs/decisions', (file) => !file.endsWith('README.md'))) {
  check(
    decisions.includes(`(${path.basename(page)})`),
    `docs/decisions/README.md: does not list ${page}`,
  );
}

// `git ls-files --eol` says `i/crlf` where the committed text has Windows line ends.
const listed = spawnSync('git', ['ls-files', '--eol'], { cwd: root, encoding: 'utf8' });
if (listed.status === 0) {
  for (const line of listed.stdout.split('\n')) {
    check(!/^i\/(?:crlf|mixed)/.test(line), `${line.split('\t')[1]}: has CRLF line ends`);
  }
}

for (const fault of faults) console.error(fault);
console.log(`${projects().length} projects, ${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
