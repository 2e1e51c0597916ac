// Runs the pnpm that package.json pins, on any system, with nothing there but Node and npm:
//   node scripts/pnpm.mjs install --frozen-lockfile
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson, run, runNode } from './workspace.mjs';

/** One of npm's own scripts, `npm` or `npx`: started with Node, it needs neither a shell nor a .cmd file. */
function npmScript(name) {
  const bin = path.dirname(process.execPath);
  const npmPath = process.env['npm_execpath'];
  const candidates = [
    ...(npmPath && path.basename(npmPath) === 'npm-cli.js' ? [path.dirname(npmPath)] : []),
    path.join(bin, 'node_modules', 'npm', 'bin'),
    path.join(bin, '..', 'lib', 'node_modules', 'npm', 'bin'),
  ];
  return candidates
    .map((folder) => path.join(folder, `${name}-cli.js`))
    .find((file) => existsSync(file));
}

function start(name, args, options) {
  // Inside npm or pnpm these would make the inner run think of the outer one's folder and packages.
  const outer = /^npm_config_(local_prefix|recursive|filter|frozen_lockfile|workspaces?)$/i;
  const env = Object.fromEntries(
    Object.entries(options.env ?? process.env).filter(([key]) => !outer.test(key)),
  );
  const settings = { ...options, env: { ...env, npm_config_update_notifier: 'false' } };
  const script = npmScript(name);
  if (script) return runNode([script, ...args], settings);
  const windows = process.platform === 'win32';
  return run(windows ? `${name}.cmd` : name, args, { ...settings, shell: windows });
}

/** Runs npm with these arguments; answers the exit status. */
export const npm = (args, options = {}) => start('npm', args, options);

/** Runs the pinned pnpm with these arguments in the root folder (or where `options` say); answers the exit status. */
export const pnpm = (args, options = {}) =>
  start('npx', ['--yes', readJson('package.json').packageManager, ...args], options);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = pnpm(process.argv.slice(2), { cwd: process.cwd() });
}
