// What stands in the site's navigation, in this order. Pages that are only linked from others are built as well.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projects, readJson, root } from '../workspace.mjs';

/** The title of a Markdown page: its first heading. */
export function titleOf(markdown, fallback) {
  const heading = /^# (.+)$/m.exec(markdown.replaceAll(/^```[\s\S]*?^```$/gm, ''));
  return heading ? heading[1].replaceAll(/[`*]/g, '') : fallback;
}

const page = (file, title) => ({
  file,
  title: title ?? titleOf(readFileSync(path.join(root, file), 'utf8'), file),
});

/**
 * Sections of links to Markdown files of the repository, those that exist.
 *
 * @param {readonly { name: string, file: string }[]} api - the entry points that have an API page
 */
export function navigation(api) {
  const found = (...files) => files.filter((file) => existsSync(path.join(root, file)));
  const decisions = readdirSync(path.join(root, 'docs/decisions'))
    .filter((name) => /^\d/.test(name))
    .sort()
    .map((name) => page(`docs/decisions/${name}`));
  const packages = projects(['packages']).map((project) => {
    const { name } = readJson(`${project}/package.json`);
    const entries = api.filter(
      (entry) => !entry.isList && (entry.name === name || entry.name.startsWith(`${name}/`)),
    );
    return { ...page(`${project}/README.md`, name), entries };
  });
  const examples = projects(['examples'])
    .map((project) => `${project}/README.md`)
    .filter((file) => existsSync(path.join(root, file)));
  return [
    {
      title: 'Start',
      pages: [
        page('README.md', 'What it is'),
        ...found(
          'docs/getting-started.md',
          'docs/choose-a-student.md',
          'docs/recipes.md',
          'docs/how-it-works.md',
        ).map((file) => page(file)),
      ],
    },
    {
      title: 'Extend',
      pages: found(
        'docs/add-a-loss.md',
        'docs/add-a-metric.md',
        'docs/operators.md',
        'packages/train/test/programs/README.md',
      ).map((file) => page(file)),
    },
    ...(examples.length > 0
      ? [{ title: 'Examples', pages: examples.map((file) => page(file)) }]
      : []),
    { title: 'Packages', pages: packages },
    {
      title: 'Reference',
      pages: found(
        'docs/errors.md',
        'docs/supported-versions.md',
        'CONTRIBUTING.md',
        'SECURITY.md',
        'THIRD_PARTY_NOTICES.md',
      ).map((file) => page(file)),
    },
    {
      title: 'Decisions',
      pages: [page('docs/decisions/README.md', 'All decisions'), ...decisions],
    },
  ];
}
