// The site's own script: the theme, and a search over titles that needs no server.
const button = document.querySelector('button.theme');
button.addEventListener('click', () => {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const now = document.documentElement.dataset.theme || (dark ? 'dark' : 'light');
  const next = now === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('theme', next);
});

const input = document.querySelector('.search input');
const list = document.querySelector('.search ul');

/** Entries whose title or page has every word, best ones first. */
function find(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return window.searchIndex
    .flatMap((entry) => {
      const title = entry.title.toLowerCase();
      const all = `${title} ${entry.page.toLowerCase()}`;
      if (!words.every((word) => all.includes(word))) return [];
      const score =
        (title === query.toLowerCase() ? 4 : 0) +
        (words.every((word) => title.includes(word)) ? 2 : 0) +
        (title.startsWith(words[0]) ? 1 : 0) +
        (entry.address.startsWith('docs/') ? 3 : entry.address.startsWith('api/') ? 0 : 1) -
        title.length / 1000;
      return [{ ...entry, score }];
    })
    .sort((a, b) => b.score - a.score)
    .filter(
      ({ title, page }, i, all) =>
        i === all.findIndex((one) => one.title === title && one.page === page),
    )
    .slice(0, 12);
}

function show() {
  const found = find(input.value);
  list.replaceChildren(
    ...found.map(({ title, page, address }) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.href = input.dataset.root + address;
      const small = document.createElement('small');
      small.textContent = page;
      link.append(title, small);
      item.append(link);
      return item;
    }),
  );
  list.hidden = found.length === 0;
}

input.addEventListener('input', show);
input.addEventListener('focus', show);
document.addEventListener('click', (event) => {
  if (!event.target.closest('.search')) list.hidden = true;
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    list.hidden = true;
    input.blur();
  }
  if (event.key === '/' && !/input|textarea/i.test(document.activeElement?.tagName ?? '')) {
    event.preventDefault();
    input.focus();
  }
  const links = [...list.querySelectorAll('a')];
  if (list.hidden || links.length === 0) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    const at = links.indexOf(document.activeElement);
    links[(at + step + links.length) % links.length].focus();
  }
  if (event.key === 'Enter' && document.activeElement === input) links[0].click();
});
document.querySelector('.menu [aria-current]')?.scrollIntoView({ block: 'nearest' });
