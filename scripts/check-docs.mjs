// Builds the API documentation into .limbeck/api-docs; every warning of TypeDoc is a fault, above all an export or a
// member without a comment. Fields of unnamed inner types are spared: the comment of the field that holds them speaks.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './workspace.mjs';

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [path.join(root, 'node_modules', 'typedoc', 'bin', 'typedoc')],
  { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
);
const lines = `${stdout}${stderr}`.split(/\r?\n/);
const faults = lines.filter(
  (line) =>
    /^\[(?:warning|error)\]/.test(line) &&
    !/\.__(?:type|index)\b/.test(line) &&
    // Generated code is named by types, and documented by its source.
    !/\/gen\//.test(line) &&
    !/Found \d+ errors? and \d+ warnings?/.test(line),
);
for (const fault of faults) console.error(fault);
if (status !== 0 && faults.length === 0) console.error(lines.slice(-20).join('\n'));
console.log(`TypeDoc: ${faults.length} faults.`);
process.exitCode = status === 0 && faults.length === 0 ? 0 : 1;
