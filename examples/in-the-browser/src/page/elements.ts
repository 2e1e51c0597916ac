/** The element of an id. */
export function the<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** A line of a list of bars. */
export interface Bar {
  readonly name: string;
  /** What stands at its end, such as `96.9%`. */
  readonly share: string;
  /** How long it is, from 0 to 1. */
  readonly length: number;
}

/** Fills a list with bars; lines that stay move, so that lengths glide. */
export function drawBars(list: HTMLElement, bars: readonly Bar[], more = ''): void {
  while (list.children.length > bars.length) list.lastElementChild!.remove();
  bars.forEach((bar, i) => {
    const line = list.children[i] ?? list.appendChild(emptyBar());
    const [name, share, track] = [...line.children] as HTMLElement[];
    name!.textContent = bar.name;
    name!.title = bar.name;
    share!.textContent = bar.share;
    (track!.firstElementChild as HTMLElement).style.setProperty('--p', String(bar.length));
  });
  if (more === '') return;
  const line = document.createElement('li');
  line.className = 'more';
  line.textContent = more;
  list.append(line);
}

function emptyBar(): HTMLElement {
  const line = document.createElement('li');
  for (const kind of ['name', 'share', 'track']) {
    const part = document.createElement('span');
    part.className = kind;
    if (kind === 'track') part.append(document.createElement('i'));
    line.append(part);
  }
  return line;
}

/** Offers bytes as a file. */
export function download(name: string, bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const whole = new Intl.NumberFormat('en');

/** 12,345. */
export const count = (value: number): string => whole.format(value);

/** 96.9%. */
export function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1%' : `${(share * 100).toFixed(1)}%`;
}

/** 131 kB. */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
