// Reads the built pages and says which of their links lead nowhere: files that are not there, anchors that no page has.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(`<[^<>]*?\\s${name}="([^"]*)"[^<>]*>`, 'g'))].map((match) =>
    match[1].replaceAll('&amp;', '&').replaceAll('&quot;', '"'),
  );

/**
 * @param {string} site - the site's folder
 * @param {readonly string[]} addresses - its pages
 * @returns {{ faults: string[], links: number }}
 */
export function checkLinks(site, addresses) {
  const pages = new Map(
    addresses.map((address) => [address, readFileSync(path.join(site, address), 'utf8')]),
  );
  const anchors = new Map();
  const anchorsOf = (address) => {
    if (!anchors.has(address)) {
      const html = pages.get(address) ?? '';
      anchors.set(address, new Set([...attributes(html, 'id'), ...attributes(html, 'name')]));
    }
    return anchors.get(address);
  };
  const faults = new Set();
  let links = 0;
  for (const [address, html] of pages) {
    for (const link of [...attributes(html, 'href'), ...attributes(html, 'src')]) {
      links++;
      const fault = (why) => faults.add(`${address}: ${link} ${why}`);
      if (/^[a-z][a-z+.-]*:/i.test(link)) {
        if (!/^(?:https|mailto|data):/.test(link) || !URL.canParse(link)) fault('is no address');
        continue;
      }
      const [file, anchor] = link.split('#');
      const target =
        file === ''
          ? address
          : path.posix.join(path.posix.dirname(address), decodeURIComponent(file));
      if (target.startsWith('..')) fault('leaves the site');
      else if (!pages.has(target) && !existsSync(path.join(site, target))) fault('is not there');
      else if (anchor && !anchorsOf(target).has(decodeURIComponent(anchor))) {
        fault(`has no such section`);
      }
    }
  }
  return { faults: [...faults].sort((a, b) => (a < b ? -1 : 1)), links };
}
