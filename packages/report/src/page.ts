import { html, type Html, trusted } from './html.js';
import type { Section } from './sections/section.js';
import { style } from './style.js';

/** What a page is made of. */
export interface PageParts {
  /** Its title, which also leads its navigation. */
  readonly title: string;
  /** What kind of page it is, for the browser's tab. */
  readonly kind: string;
  /** Its head, with the one `h1`. */
  readonly header: Html;
  /** Its sections, in order. */
  readonly sections: readonly Section[];
  /** Its last sentence. */
  readonly footer: Html;
}

// Nothing may be loaded and nothing run: what the data holds cannot do harm even if it were not escaped.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page of this package: one file, with navigation, landmarks and the style sheet. */
export function page(parts: PageParts): Html {
  const { title, kind, header, sections, footer } = parts;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} · ${kind}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        <nav aria-label="Sections">
          <ul>
            <li>
              <a href="#top" class="home"
                ><span class="wide">${title}</span><span class="narrow">Top</span></a
              >
            </li>
            ${sections.map(({ id, short }) => html`<li><a href="#${id}">${short}</a></li> `)}
          </ul>
        </nav>
        <main id="main">
          ${header}
          ${sections.map(
            ({ id, title: heading, body }) =>
              html`<section id="${id}" aria-labelledby="${id}-heading">
                <h2 id="${id}-heading">${heading}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>
          <p>${footer}</p>
        </footer>
      </body>
    </html> `;
}
