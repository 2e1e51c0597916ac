// The API pages: TypeDoc over every package, as Markdown, one page an entry point.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, readJson, root } from '../workspace.mjs';

/**
 * Writes the API's Markdown into a folder below the root.
 *
 * @returns {{ name: string, file: string, text: string, isList: boolean }[]} pages, `name` as one imports it
 */
export function apiPages(folder) {
  rmSync(path.join(root, folder), { recursive: true, force: true });
  // Faults are the gate docs' to tell: here a page is made of what there is.
  const settings = readJson('typedoc.json');
  const options = path.join(root, `${folder}.json`);
  mkdirSync(path.dirname(options), { recursive: true });
  writeFileSync(
    options,
    JSON.stringify({
      ...settings,
      entryPoints: [path.join(root, 'packages/*')],
      packageOptions: {
        ...settings.packageOptions,
        skipErrorChecking: true,
        validation: false,
        excludeExternals: true,
        disableSources: true,
      },
      validation: false,
      plugin: ['typedoc-plugin-markdown'],
      router: 'module',
      readme: 'none',
      out: path.join(root, folder),
      disableSources: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      useHTMLAnchors: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      propertyMembersFormat: 'table',
      typeDeclarationFormat: 'table',
      logLevel: 'Error',
    }),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules', 'typedoc', 'bin', 'typedoc'), '--options', options],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  if (status !== 0) throw new Error(`TypeDoc ended with status ${status}:\n${stdout}${stderr}`);
  const below = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
  return below
    .filter(
      (entry) =>
        entry.isFile() &&
        entry.name.endsWith('.md') &&
        // What pages link to is copied here, folders with all that lies in them.
        !entry.parentPath.split(path.sep).includes('_media'),
    )
    .map((entry) => {
      const absolute = path.join(entry.parentPath, entry.name);
      const file = path.relative(root, absolute).replaceAll('\\', '/');
      const place = file.slice(folder.length + 1).replace(/\.md$/, '');
      // README is a package's list of entry points, README-1 then its main one.
      const name = place.replace(/\/README-1$/, '');
      const isList = /(?:^|\/)README$/.test(place);
      const title = isList ? `Entry points of ${path.posix.dirname(place)}` : `API of ${name}`;
      const text = readFileSync(absolute, 'utf8').replace(/^# .*$/m, `# ${title}`);
      return { name, file, text, isList };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file of the repository that TypeDoc put a copy of beside its pages, or the file itself. */
export function originOf(file) {
  if (path.posix.basename(path.posix.dirname(file)) !== '_media') return file;
  const name = path.posix.basename(file);
  const found = ['docs', 'packages', 'benchmarks', 'examples'].flatMap((folder) =>
    filesBelow(folder, (each) => path.posix.basename(each) === name),
  );
  return found.length === 1 ? found[0] : file;
}
