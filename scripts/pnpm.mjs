// Runs the pnpm that package.json pins, on any system, with nothing there but Node and npm:
//   node scripts/pnpm.mjs install --frozen-lockfile
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson, run, runNode } from './workspace.mjs';

/** npm's own script behind `npx`: started with Node, it needs neither a shell nor npx.cmd. */
function npxScript() {
  const bin = path.dirname(process.execPath);
  const npm = process.env['npm_execpath'];
  const candidates = [
    ...(npm && path.basename(npm) === 'npm-cli.js' ? [path.dirname(npm)] : []),
    path.join(bin, 'node_modules', 'npm', 'bin'),
    path.join(bin, '..', 'lib', 'node_modules', 'npm', 'bin'),
  ];
  return candidates
    .map((folder) => path.join(folder, 'npx-cli.js'))
    .find((file) => existsSync(file));
}

/** Runs pnpm with these arguments in the root folder (or where `options` say); answers the exit status. */
export function pnpm(args, options = {}) {
  const wanted = readJson('package.json').packageManager;
  const npx = npxScript();
  const all = ['--yes', wanted, ...args];
  // Inside pnpm or npm the variables of the outer run would configure the inner one.
  const env = Object.fromEntries(
    Object.entries(options.env ?? process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name)),
  );
  const settings = { ...options, env: { ...env, npm_config_update_notifier: 'false' } };
  if (npx) return runNode([npx, ...all], settings);
  return run(process.platform === 'win32' ? 'npx.cmd' : 'npx', all, {
    ...settings,
    shell: process.platform === 'win32',
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = pnpm(process.argv.slice(2), { cwd: process.cwd() });
}
