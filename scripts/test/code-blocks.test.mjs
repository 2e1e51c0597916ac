import { describe, expect, test } from 'vitest';
import { blocksOf, expectedOutput, matches } from '../code-blocks.mjs';

const fence = '```';

describe('blocksOf', () => {
  test('finds the ts blocks of Markdown and where they begin', () => {
    const text = `# Title\n${fence}\nnpm start\n${fence}\n${fence}ts\nconst a = 1;\n${fence}\n${fence}ts no-run\nawait fetch('/');\n${fence}\n`;
    expect(blocksOf('README.md', text)).toEqual([
      { line: 5, code: 'const a = 1;', run: true },
      { line: 8, code: "await fetch('/');", run: false },
    ]);
  });

  test('takes neither tsx nor text, and keeps fences inside longer ones', () => {
    const text = `${fence}tsx\n<a/>\n${fence}\n${fence}text\nL = 1\n${fence}\n${fence}\`md\n${fence}ts\nx\n${fence}\n${fence}\`\n`;
    expect(blocksOf('README.md', text)).toEqual([]);
  });

  test('reads doc comments of sources, without their stars', () => {
    const source = `const x = 1;\n/**\n * Adds.\n * @example\n * ${fence}ts\n * if (x) {\n *   add(1, 2);\n * }\n * ${fence}\n */\nexport function add() {}\n`;
    expect(blocksOf('src/add.ts', source)).toEqual([
      { line: 5, code: 'if (x) {\n  add(1, 2);\n}', run: true },
    ]);
  });

  test('reads Windows line ends', () => {
    expect(blocksOf('a.md', `${fence}ts\r\n1;\r\n${fence}\r\n`)).toMatchObject([{ code: '1;' }]);
  });
});

describe('expectedOutput', () => {
  test('reads what stands behind and right below', () => {
    const code = [
      'console.log(1); // 1',
      'for (const x of [1, 2]) console.log(x); // 1',
      '// 2',
      '',
      '// a remark',
      'console.log(',
      "  'long',",
      '); // long',
      'if (true) { console.log(3); } // 3',
    ].join('\n');
    expect(expectedOutput(code)).toEqual({ expected: ['1', '1', '2', 'long', '3'], silent: 0 });
  });

  test('counts calls that do not say what they print', () => {
    expect(expectedOutput('console.log(1);\nconsole.log(2); // 2')).toEqual({
      expected: ['2'],
      silent: 1,
    });
  });

  test('does not take the comment of the next statement', () => {
    expect(expectedOutput('console.log(1); f(); // not 1')).toEqual({ expected: [], silent: 1 });
  });

  test('takes no console.log inside a string or a comment for a call', () => {
    expect(expectedOutput("const s = 'console.log(1); // 1';\n// console.log(2); // 2")).toEqual({
      expected: [],
      silent: 0,
    });
  });
});

describe('matches', () => {
  test.each([
    ['0.25', '0.25', true],
    ['0.251', '0.25', false],
    ['0.2513', '0.25…', true],
    ['took 12 ms of all', 'took … ms of all', true],
    ['a.b', 'a+b', false],
    ['[ 1, 2 ]', '[ 1, 2 ]', true],
    ['aXb', 'a.b', false],
  ])('%s against %s is %s', (printed, expected, result) => {
    expect(matches(printed, expected)).toBe(result);
  });
});
