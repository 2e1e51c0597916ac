// Builds the documentation's site, plain HTML, into .limbeck/site: the READMEs, docs/, the API from its docstrings, and
// every file that these link to. Then checks all links within it; a broken one is a fault.
//
//   node scripts/docs-site.mjs           everything
//   node scripts/docs-site.mjs --no-api  without the API pages, which take most of the time
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addressOf, relative, targetOf } from './docs-site/addresses.mjs';
import { apiPages, originOf } from './docs-site/api.mjs';
import { checkLinks } from './docs-site/check-links.mjs';
import { escaped, highlight, render } from './docs-site/markdown.mjs';
import { navigation, titleOf } from './docs-site/navigation.mjs';
import { layout } from './docs-site/page.mjs';
import { root, secondsSince } from './workspace.mjs';

const site = path.join(root, '.limbeck', 'site');
const apiFolder = '.limbeck/site-api';
const start = performance.now();

const api = process.argv.includes('--no-api') ? [] : apiPages(apiFolder);
const apiTexts = new Map(api.map(({ file, text }) => [file, text]));
const addressOfPage = (file) =>
  file.startsWith(`${apiFolder}/`)
    ? addressOf({ file: `api/${file.slice(apiFolder.length + 1)}`, kind: 'page' })
    : addressOf({ file, kind: 'page' });

const sections = navigation(api).map(({ title, pages }) => ({
  title,
  pages: pages.map(({ file, title: name, entries = [] }) => ({
    title: name,
    file,
    address: addressOfPage(file),
    entries: entries.map((entry) => ({
      title: entry.name === name ? 'API' : `API of ${entry.name.slice(name.length)}`,
      file: entry.file,
      address: addressOfPage(entry.file),
    })),
  })),
}));

/** Files that are still to be built; what pages link to is added. */
const queue = sections.flatMap(({ pages }) =>
  pages.flatMap(({ file, entries }) => [file, ...entries.map((entry) => entry.file)]),
);
queue.push(...apiTexts.keys());
const targets = new Map(queue.map((file) => [file, { file, kind: 'page' }]));
const faults = [];
const built = [];

/** The address for a link on a page; what it leads to is built too. */
function follow(from, address, link) {
  if (/^(?:[a-z][a-z+.-]*:|#)/i.test(link)) return link;
  const [href, anchor] = link.split('#');
  const place = path.posix.join(path.posix.dirname(from), decodeURIComponent(href));
  const file = originOf(place.replace(/\/$/, ''));
  const target = apiTexts.has(file) ? { file, kind: 'page' } : targetOf(file);
  if (target === undefined) {
    faults.push(`${from}: ${link} leads to no file`);
    return link;
  }
  if (!targets.has(target.file)) {
    targets.set(target.file, target);
    queue.push(target.file);
  }
  const to = target.kind === 'page' ? addressOfPage(target.file) : addressOf(target);
  return encodeURI(relative(address, to)) + (anchor === undefined ? '' : `#${anchor}`);
}

/** Writes a file of the site. */
function write(address, content) {
  const file = path.join(site, address);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

rmSync(site, { recursive: true, force: true });
const index = [];
for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
  const target = targets.get(file);
  const absolute = path.join(root, file);
  if (target.kind === 'copy') {
    mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
    copyFileSync(absolute, path.join(site, file));
    continue;
  }
  const isPage = target.kind === 'page';
  const address = isPage ? addressOfPage(file) : addressOf(target);
  const text = apiTexts.get(file) ?? readFileSync(absolute, 'utf8');
  const title = isPage ? titleOf(text, file) : file;
  const { html, headings } = isPage
    ? render(text, (link) => follow(file, address, link))
    : {
        html: `<h1>${escaped(file)}</h1><pre><code>${highlight(text, path.extname(file).slice(1))}</code></pre>`,
        headings: [],
      };
  write(address, layout({ address, title, html, headings }, sections));
  built.push(address);
  index.push({ title, page: apiTexts.has(file) ? 'docstrings' : file, address });
  for (const heading of headings) {
    if (heading.level === 1 || heading.level > 3) continue;
    const to = `${address}#${encodeURIComponent(heading.id)}`;
    index.push({ title: heading.title, page: title, address: to });
  }
}
for (const name of ['site.css', 'site.js']) {
  copyFileSync(path.join(root, 'scripts', 'docs-site', name), path.join(site, name));
}
write('search-index.js', `window.searchIndex = ${JSON.stringify(index)};\n`);

const checked = checkLinks(site, built);
faults.push(...checked.faults);
for (const fault of faults) console.error(fault);
console.log(
  `${built.length} pages, ${checked.links} links, ${faults.length} faults, ${secondsSince(start)} s: ${path.relative(root, site)}/index.html`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
