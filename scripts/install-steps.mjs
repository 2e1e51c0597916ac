// What a section of a README tells its reader to do, in order.

/**
 * Blocks of shell lines become commands of npm, npx and node; a block whose fence names a file becomes that file; a `ts`
 * block without a name becomes a program, `main.mts`. A program that a later line runs is only written.
 *
 * @param {string} readme
 * @param {string} title - of the section
 * @returns {{ kind: 'command' | 'write' | 'program' | 'tsx', words?: string[], file?: string, text?: string, later?: boolean }[]}
 */
export function installSteps(readme, title) {
  const section = sectionOf(readme.replaceAll('\r\n', '\n'), title);
  const steps = [...section.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, info, text]) => {
    const [language = '', ...rest] = info.trim().split(/\s+/);
    const file = rest.find((word) => /[^.]\.\w+$/.test(word));
    if (['', 'sh', 'bash', 'shell'].includes(language)) return commands(text);
    const program = /^(?:ts|mts)$/.test(language);
    if (program) return [{ kind: 'program', file: file ?? 'main.mts', text }];
    return file === undefined ? [] : [{ kind: 'write', file, text }];
  });
  return steps.map((step, i) => {
    const later = steps.slice(i + 1).some(({ kind, file }) => kind === 'tsx' && file === step.file);
    return step.kind === 'program' ? { ...step, later } : step;
  });
}

/** The text below a heading of the second level, up to the next. */
function sectionOf(readme, title) {
  const from = readme.indexOf(`\n## ${title}\n`);
  if (from < 0) throw new Error(`The README has no section "${title}".`);
  const body = readme.slice(from + title.length + 5);
  const end = body.search(/^## /m);
  return end < 0 ? body : body.slice(0, end);
}

/** The lines of a shell block; a backslash joins two, and `&&` parts them. */
function commands(text) {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => line.split('&&'))
    .map((line) =>
      line
        .replace(/^\s*\$ /, '')
        .replace(/(?:^|\s)#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '')
    .map((line) => {
      const words = line.split(/\s+/);
      const [command, ...rest] = words;
      const tsx =
        (command === 'npx' && rest[0] === 'tsx') || command === 'tsx' || command === 'node';
      if (tsx) return { kind: 'tsx', words, file: rest.at(-1) };
      if (command === 'npm' || command === 'npx') return { kind: 'command', words };
      throw new Error(`"${line}" is no command of npm, npx or node.`);
    });
}
