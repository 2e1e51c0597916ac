// Which package may import which: the arrows of docs/how-it-works.md, and what is reachable from them.
const arrows = {
  core: [],
  tensor: ['core'],
  runtime: ['tensor'],
  testing: ['runtime'],
  nn: ['tensor'],
  optim: ['tensor'],
  losses: ['tensor'],
  data: ['core'],
  evaluators: ['core'],
  predict: ['core'],
  train: ['runtime', 'nn', 'optim', 'losses', 'data', 'evaluators'],
  report: ['evaluators'],
  pipeline: ['data'],
  limbeck: ['pipeline', 'train', 'report', 'predict'],
};

/** Beside its arrows: optional peers that a package loads when they are there. */
const optionalPeers = { predict: ['tensor'] };

/** Beside what all tests may use: tests and benchmarks of `predict` load students that `train` has exported. */
const testPeers = { predict: ['train'] };

function reachable(name, seen = new Set()) {
  for (const next of arrows[name]) {
    if (!seen.has(next)) {
      seen.add(next);
      reachable(next, seen);
    }
  }
  return seen;
}

const either = (names) => `(${names.join('|')})`;
/** A package by its folder, or by its name where the import is not followed. */
const packages = (names) =>
  names.length === 0 ? '^$' : `^(packages|node_modules/@limbeck|@limbeck)/${either(names)}(/|$)`;
const all = Object.keys(arrows);

const tests = '^packages/[^/]+/(test|bench|scripts)/|^packages/[^/]+/vitest\\.config\\.ts$';
/** Packages whose `.` entry must run in a browser. */
const browser = [
  'core',
  'tensor',
  'nn',
  'optim',
  'losses',
  'evaluators',
  'predict',
  'data',
  'runtime',
  'train',
];

module.exports = {
  forbidden: [
    ...all.map((name) => ({
      name: `arrows-of-${name}`,
      comment: `${name} may import ${[...reachable(name)].join(', ') || 'no other package'}.`,
      severity: 'error',
      from: { path: `^packages/${name}/src/` },
      to: {
        path: packages(
          all.filter(
            (other) =>
              other !== name &&
              !reachable(name).has(other) &&
              !(optionalPeers[name] ?? []).includes(other),
          ),
        ),
      },
    })),
    ...all.map((name) => ({
      name: `test-arrows-of-${name}`,
      comment:
        'Tests and benchmarks may import testing as well, except in what testing itself stands on; a cycle through devDependencies is a cycle too.',
      severity: 'error',
      from: { path: `^packages/${name}/(test|bench|scripts)/` },
      to: {
        path: packages(
          all.filter(
            (other) =>
              other !== name &&
              !reachable(name).has(other) &&
              !(optionalPeers[name] ?? []).includes(other) &&
              !(testPeers[name] ?? []).some(
                (peer) => peer === other || reachable(peer).has(other),
              ) &&
              !(
                !['core', 'tensor', 'runtime'].includes(name) &&
                (other === 'testing' || reachable('testing').has(other))
              ),
          ),
        ),
      },
    })),
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one idea, or three.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'by-name',
      comment: 'Another package is imported by its name, never by a path into its folder.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: '^packages/$1/',
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'examples-by-name',
      comment: 'Examples and benchmarks use what users can use.',
      severity: 'error',
      from: { path: '^(examples|benchmarks)/' },
      to: { path: '^packages/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-testing-in-src',
      comment: 'testing is for tests and benchmarks.',
      severity: 'error',
      from: { path: '^packages/(?!testing/)[^/]+/src/' },
      to: { path: packages(['testing']) },
    },
    {
      name: 'no-test-code-in-src',
      comment: 'What ships is src alone.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: `${tests}|^test-support/|^scripts/|^examples/|^benchmarks/` },
    },
    {
      name: 'no-node-outside-src-node',
      comment:
        'The `.` entry runs in a browser: what touches disk, workers or processes belongs in src/node, the `/node` subpath.',
      severity: 'error',
      from: {
        path: `^packages/${either(browser)}/src/`,
        pathNot: '^packages/[^/]+/src/node/',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-src-node-from-the-front-door',
      comment: 'The front door must not pull in what is for Node only.',
      severity: 'error',
      from: {
        path: `^packages/${either(browser)}/src/`,
        pathNot: '^packages/[^/]+/src/node/',
      },
      to: { path: '^packages/[^/]+/src/node/' },
    },
    {
      name: 'one-engine',
      comment: 'Only runtime and predict know onnxruntime.',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: `^packages/(runtime|predict)/|${tests}`,
      },
      to: { path: '(^|/)onnxruntime-(node|web|common)(/|$)' },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'What src imports stands in the dependencies or peers of its own package.json.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm', 'npm-peer', 'npm-optional'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|examples|benchmarks)/.*/?dist/' },
    combinedDependencies: false,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@limbeck/source', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
    moduleSystems: ['es6'],
  },
};
