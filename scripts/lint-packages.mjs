// Asks publint and are-the-types-wrong whether packed packages can be used.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { projects, readJson, root } from './workspace.mjs';

const attw = path.join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');

/** What are-the-types-wrong has against a tarball, or undefined. */
function wrongTypes(tarball) {
  return new Promise((resolve) => {
    const args = [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'];
    const child = spawn(process.execPath, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status) => resolve(status === 0 ? undefined : output));
  });
}

/**
 * @param {{ [name: string]: string }} tarballs - of all packages, by name
 * @returns {Promise<string[]>} what is wrong
 */
export async function lintPackages(tarballs) {
  const faults = [];
  const queue = projects(['packages']).map((project) => ({
    project,
    manifest: readJson(`${project}/package.json`),
  }));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { project, manifest } = next;
      const { messages } = await publint({
        pkgDir: path.join(root, project),
        strict: true,
        pack: false,
      });
      for (const message of messages) {
        faults.push(`${manifest.name}: publint: ${formatMessage(message, manifest)}`);
      }
      const wrong = await wrongTypes(tarballs[manifest.name]);
      if (wrong !== undefined) faults.push(`${manifest.name}: are-the-types-wrong:\n${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, work));
  return faults;
}
