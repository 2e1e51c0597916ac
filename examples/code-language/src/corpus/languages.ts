/** How a language marks comments, to tell comment-only lines. */
interface CommentMarks {
  /** What a comment to the end of the line begins with. */
  readonly line: readonly string[];
  /** What opens and closes a comment of several lines. */
  readonly block: readonly (readonly [open: string, close: string])[];
}

/** Where another language begins and ends inside one: such lines alone are no sample of the outer language. */
const embedded: {
  readonly [language: string]: readonly (readonly [open: RegExp, close: RegExp])[];
} = {
  HTML: [
    [/<script\b(?!.*<\/script)/i, /<\/script/i],
    [/<style\b(?!.*<\/style)/i, /<\/style/i],
  ],
  Markdown: [
    [/^```/, /^```/],
    [/^~~~/, /^~~~/],
  ],
};

const slashes: CommentMarks = { line: ['//'], block: [['/*', '*/']] };
const hashes: CommentMarks = { line: ['#'], block: [] };
const tags: CommentMarks = { line: [], block: [['<!--', '-->']] };

/** Every language of the example, with its comments; the order of the names is the order of the labels. */
const marks: { readonly [language: string]: CommentMarks } = {
  C: slashes,
  'C#': slashes,
  'C++': slashes,
  CSS: { line: [], block: [['/*', '*/']] },
  HTML: tags,
  Java: slashes,
  JavaScript: slashes,
  JSON: { line: [], block: [] },
  Kotlin: slashes,
  Less: slashes,
  Lua: {
    line: ['--'],
    block: [
      ['--[[', ']]'],
      ['--[=[', ']=]'],
    ],
  },
  Markdown: tags,
  'Objective-C': slashes,
  // A string that stands alone is how Python writes documentation.
  Python: {
    line: ['#'],
    block: [
      ['"""', '"""'],
      ["'''", "'''"],
    ],
  },
  Ruby: { line: ['#'], block: [['=begin', '=end']] },
  SCSS: slashes,
  Shell: hashes,
  Solidity: slashes,
  Swift: slashes,
  TypeScript: slashes,
  XML: tags,
  YAML: hashes,
};

/** The languages that are looked for, by name. */
export const knownLanguages: readonly string[] = Object.keys(marks);

/** Languages so near to each other that a snippet is often valid in several. */
export const families: { readonly [name: string]: readonly string[] } = {
  'CSS, SCSS, Less': ['CSS', 'SCSS', 'Less'],
  'JavaScript, TypeScript': ['JavaScript', 'TypeScript'],
  'C, C++, Objective-C': ['C', 'C++', 'Objective-C'],
  'HTML, XML': ['HTML', 'XML'],
};

const extensions: { readonly [language: string]: string } = {
  C: 'c',
  'C#': 'cs',
  'C++': 'cc cpp cxx hpp hh inl',
  CSS: 'css',
  HTML: 'html htm',
  Java: 'java',
  JavaScript: 'js mjs cjs jsx',
  JSON: 'json',
  Kotlin: 'kt kts',
  Less: 'less',
  Lua: 'lua luau',
  Markdown: 'md markdown',
  'Objective-C': 'mm',
  Python: 'py',
  Ruby: 'rb podspec gemspec rake',
  SCSS: 'scss',
  Shell: 'sh bash bats zsh',
  Solidity: 'sol',
  Swift: 'swift',
  TypeScript: 'ts tsx mts cts',
  XML: 'xml plist xsd vcxproj csproj xib storyboard props targets xsl rng',
  YAML: 'yml yaml',
};

const byExtension = new Map(
  Object.entries(extensions).flatMap(([language, list]) =>
    list.split(' ').map((extension): [string, string] => [extension, language]),
  ),
);

const rubyNames = new Set(['Rakefile', 'Gemfile', 'Podfile']);
const lockfiles = /^(package-lock|npm-shrinkwrap|composer\.lock|yarn\.lock|pnpm-lock)/;

/** What a file's name says: a language, `content` if only its text can tell, or nothing if it is none of ours. */
export function languageOfName(name: string): string | undefined {
  if (rubyNames.has(name)) return 'Ruby';
  const dot = name.lastIndexOf('.');
  if (dot < 0) return 'content';
  if (/\.d\.[cm]?ts$/.test(name) || lockfiles.test(name)) return undefined;
  const extension = name.slice(dot + 1).toLowerCase();
  if (extension === 'h' || extension === 'm') return 'content';
  return byExtension.get(extension);
}

/** What a file's text says where its name leaves it open, or where a name is shared with another kind of file. */
export function languageOfText(name: string, text: string): string | undefined {
  if (name.endsWith('.h')) {
    if (/@interface|@protocol|@class|#import/.test(text)) return 'Objective-C';
    if (/\b(class|namespace|template|constexpr|nullptr)\b|std::|#include <\w+>/.test(text))
      return 'C++';
    return /\b(typedef|struct|extern|static|enum)\b/.test(text) ? 'C' : undefined;
  }
  // MATLAB and Mercury use the same ending.
  if (name.endsWith('.m')) {
    return /@implementation|@interface|#import/.test(text) ? 'Objective-C' : undefined;
  }
  const named = languageOfName(name);
  if (named === 'content') return /^#!.*\b(ba|z|da|k)?sh\b/.test(text) ? 'Shell' : undefined;
  // Qt's translations are XML, with TypeScript's ending.
  if (named === 'TypeScript' && /^\s*<(\?xml|TS)/.test(text)) return undefined;
  return named;
}

/** What the lines of a file are: 0 blank, 1 code, 2 only comment or code of an embedded language. */
export function lineKinds(language: string, lines: readonly string[]): Uint8Array {
  const { line: starts, block } = marks[language]!;
  const inner = embedded[language] ?? [];
  const kinds = new Uint8Array(lines.length);
  let close: string | undefined;
  let leave: RegExp | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.trim();
    if (line === '') continue;
    if (leave !== undefined) {
      const left = leave.test(line);
      kinds[i] = left ? 1 : 2;
      if (left) leave = undefined;
      continue;
    }
    if (close === undefined) leave = inner.find(([open]) => open.test(line))?.[1];
    if (close === undefined) {
      const opened = block.find(([open]) => line.startsWith(open));
      if (opened === undefined) {
        kinds[i] = starts.some((start) => line.startsWith(start)) && !line.startsWith('#!') ? 2 : 1;
        continue;
      }
      const end = line.indexOf(opened[1], opened[0].length);
      if (end < 0) close = opened[1];
      // What follows the comment on its last line is code.
      kinds[i] = end >= 0 && end + opened[1].length < line.length ? 1 : 2;
      continue;
    }
    const end = line.indexOf(close);
    kinds[i] = end >= 0 && end + close.length < line.length ? 1 : 2;
    if (end >= 0) close = undefined;
  }
  return kinds;
}
