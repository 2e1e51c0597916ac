import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { addressOf, relative, targetOf } from '../docs-site/addresses.mjs';
import { checkLinks } from '../docs-site/check-links.mjs';
import { render, slugger } from '../docs-site/markdown.mjs';

const site = mkdtempSync(path.join(os.tmpdir(), 'docs-site-'));
afterAll(() => rmSync(site, { recursive: true }));

describe('render', () => {
  test('anchors headings as GitHub does', () => {
    const slug = slugger();
    expect(slug('What `it` does, in 3 steps!')).toBe('what-it-does-in-3-steps');
    expect(slug('A – b')).toBe('a--b');
    expect([slug('Twice'), slug('Twice'), slug('Twice')]).toEqual(['twice', 'twice-1', 'twice-2']);
  });

  test('leads links where the site has them, and leaves code alone', () => {
    const { html, headings } = render(
      '# One\n\n[a](a.md#b) ![c](c.png) `[d](d.md)`\n\n## Two `x`\n\n```ts no-run\nconst a = 1;\n```\n',
      (link) => `to/${link}`,
    );
    expect(html).toContain('<a href="to/a.md#b">a</a>');
    expect(html).toContain('src="to/c.png"');
    expect(html).toContain('<code>[d](d.md)</code>');
    expect(html).toContain('<h2 id="two-x">Two <code>x</code>');
    expect(html).toContain('<span class="hljs-keyword">const</span>');
    expect(headings).toEqual([
      { level: 1, id: 'one', title: 'One' },
      { level: 2, id: 'two-x', title: 'Two x' },
    ]);
  });
});

describe('addresses', () => {
  test('are those of pages, code and what is copied', () => {
    const addresses = ['README.md', 'docs', 'docs/errors.md', 'scripts/gates.mjs', 'package.json']
      .map(targetOf)
      .map((target) => target && addressOf(target));
    expect(addresses).toEqual([
      'index.html',
      undefined,
      'docs/errors.html',
      'scripts/gates.mjs.html',
      'package.json',
    ]);
    expect(targetOf('packages/core')).toEqual({ file: 'packages/core/README.md', kind: 'page' });
    expect(targetOf('none.md')).toBeUndefined();
    expect(relative('docs/a.html', 'packages/core/index.html')).toBe('../packages/core/index.html');
    expect(relative('docs/a.html', 'docs/a.html')).toBe('a.html');
  });
});

describe('checkLinks', () => {
  const page = (address, body) => {
    mkdirSync(path.dirname(path.join(site, address)), { recursive: true });
    writeFileSync(path.join(site, address), body);
    return address;
  };

  test('finds what leads nowhere, and nothing else', () => {
    writeFileSync(path.join(site, 'picture.png'), '');
    const pages = [
      page(
        'a.html',
        '<h2 id="x">X</h2><a href="#x">x</a><a href="b/c.html#y%20z">c</a><img src="picture.png">',
      ),
      page(
        'b/c.html',
        '<p id="y z"></p><a href="../a.html#x">a</a><a href="https://example.org/">e</a>',
      ),
    ];
    expect(checkLinks(site, pages)).toEqual({ faults: [], links: 5 });
    pages.push(
      page(
        'd.html',
        '<a href="none.html">n</a><a href="a.html#none">x</a><a href="../e">e</a><a href="ftp://x">f</a>',
      ),
    );
    expect(checkLinks(site, pages).faults).toEqual([
      'd.html: ../e leaves the site',
      'd.html: a.html#none has no such section',
      'd.html: ftp://x is no address',
      'd.html: none.html is not there',
    ]);
  });
});
