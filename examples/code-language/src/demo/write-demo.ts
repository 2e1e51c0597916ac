import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { LimbeckError } from '@limbeck/core';
import { examples } from './examples.js';
import { readStudent } from './read-student.js';

/** What {@link writeDemo} is given. */
export interface DemoOptions {
  /** The folder of an exported `ngramClassifier`, with its config. */
  readonly studentFolder: string;
}

/**
 * Writes one page that names a snippet's language as it is typed: the student in plain JavaScript, its weights inside.
 * The page asks for nothing, from anywhere; its own policy forbids it.
 *
 * @throws LimbeckError `io-failed`, `invalid-option`, `corrupt-file`, `corrupt-onnx` for what is no such student
 */
export async function writeDemo(file: string, { studentFolder }: DemoOptions): Promise<void> {
  const student = await readStudent(studentFolder);
  const part = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');
  const [html, model, page] = await Promise.all([
    part('page.html'),
    part('student.js'),
    part('page.js'),
  ]);
  const style = `${await part('page.css')}${await part('bench.css')}`;
  // Two modules become one script: a page opened from a file may not import.
  const script = `(() => {\n'use strict';\n${[model, page].join('\n').replaceAll(/^import .*$|^export /gm, '')}})();\n`;
  const known = examples.filter(({ language }) => student.labels.includes(language));
  const parts: { readonly [slot: string]: string } = {
    policy: [
      "default-src 'none'",
      `script-src '${hashed(script)}'`,
      `style-src '${hashed(style)}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    style: `<style>${style}</style>`,
    count: String(student.labels.length),
    parameters: student.parameters.toLocaleString('en-US'),
    size: String(Math.round(student.sizeBytes / 1000)),
    layers:
      student.layers.length === 1
        ? `one matrix of ${student.precision} weights turns`
        : `${student.layers.length === 2 ? 'two' : student.layers.length} small layers of ${student.precision} weights turn`,
    bytes: student.maxBytes.toLocaleString('en-US'),
    orders: orderList(student.orders),
    features: student.layers[0]!.inputs.toLocaleString('en-US'),
    data: `<script type="application/json" id="data">${json({ student, examples: known })}</script>`,
    script: `<script>${script}</script>`,
  };
  const text = html.replaceAll(
    /<!-- (\w+) -->|\{\{(\w+)\}\}/g,
    (_all, element?: string, slot?: string) => parts[(element ?? slot)!]!,
  );
  await writeFile(file, text).catch((cause: unknown) => {
    throw new LimbeckError('io-failed', {
      where: 'writeDemo',
      given: `${file}, which cannot be written`,
      expected: 'a path in an existing folder',
      next: 'Make the folder, or free some space.',
      cause,
    });
  });
}

/** What a policy allows a script or a style sheet by. */
function hashed(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON that cannot end the script element that it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function orderList(orders: readonly number[]): string {
  const last = orders.at(-1)!;
  return orders.length === 1 ? `${last}` : `${orders.slice(0, -1).join(', ')} and ${last}`;
}
