/**
 * Runs in the page: what a reader who sees little, or nothing, or who has no mouse, meets there. Contrast is that of each
 * text's computed colour with the nearest background behind it.
 */
export function measurePage() {
  const all = (selector: string): HTMLElement[] => [
    ...document.querySelectorAll<HTMLElement>(selector),
  ];
  for (const details of all('details')) details.setAttribute('open', '');
  const numbers = (css: string): number[] => (css.match(/[\d.]+/gu) ?? []).map(Number);
  const luminance = (css: string): number => {
    const [r, g, b] = numbers(css)
      .slice(0, 3)
      .map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const behind = (element: Element): string => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const css = getComputedStyle(at).backgroundColor;
      if ((numbers(css)[3] ?? 1) > 0) return css;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = all('body *').filter((element) => {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
    );
    const unseen = element.closest('.skip, .hidden, title, desc, style, rect') !== null;
    return own && !unseen && element.checkVisibility();
  });
  const contrast = (element: Element): number => {
    // A number in a cell of the confusion stands on the cell.
    const { color, fill } = getComputedStyle(element);
    const [a, b] = [
      luminance(element instanceof SVGElement ? fill : color),
      luminance(behind(element)),
    ];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const named = (element: Element): boolean => {
    const by = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
    const said = by.map((id) => document.querySelector(`#${CSS.escape(id)}`)?.textContent ?? '');
    return (element.getAttribute('aria-label') ?? said.join('')).trim() !== '';
  };
  const ids = all('[id]').map(({ id }) => id);
  const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
  return {
    texts: texts.length,
    faint: texts
      .filter(
        (element) => element.closest('[id^=confusion] svg') === null && contrast(element) < 4.5,
      )
      .map((element) => `${element.className} ${element.textContent} ${contrast(element)}`),
    wide: document.documentElement.scrollWidth,
    h1: levels.filter((level) => level === 1).length,
    skipped: levels.filter((level, i) => level - (levels[i - 1] ?? 0) > 1),
    uncaptioned: all('table').filter(
      (table) => !table.querySelector('caption')?.textContent?.trim(),
    ).length,
    unscoped: all('th:not([scope])').length,
    unnamed: all('[role=region], [role=img], nav, section')
      .filter((element) => !named(element))
      .map(({ outerHTML }) => outerHTML.slice(0, 80)),
    doubled: ids.filter((id, i) => ids.indexOf(id) !== i),
    dead: all('a[href^="#"]')
      .map((link) => link.getAttribute('href')!)
      .filter((href) => document.querySelector(href) === null),
    unreachable: all('.scroll, pre').filter(({ tabIndex }) => tabIndex !== 0).length,
    landmarks: ['main', 'nav', 'footer'].map((name) => all(name).length),
  };
}
