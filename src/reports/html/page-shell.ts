/** What every report is written into: one HTML file that fetches nothing and runs nothing. */
import { html, Markup } from "./markup.ts";
import { style } from "./style.ts";

/** All that is in the page is in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** A page's own parts. */
export interface PageParts {
  readonly title: string;
  /** Under the title. */
  readonly intro: Markup;
  /** Parts of the page that can be gone to: their ids and names, and what they are together. */
  readonly links: readonly (readonly [id: string, text: string])[];
  readonly linked: string;
  readonly main: readonly Markup[];
}

/** The whole page. */
export const shell = ({ title, intro, links, linked, main }: PageParts): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the contents</a>
        <header>
          <h1>${title}</h1>
          ${intro}
        </header>
        <nav aria-label="${linked}">
          <ul>
            ${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}
          </ul>
        </nav>
        <main id="main">${main}</main>
        <footer class="quiet">Made by <code>retort report</code>.</footer>
      </body>
    </html> `.text;

/** A part of a page under a heading. */
export const section = (id: string, title: string, content: readonly Markup[]): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section> `;

/** Facts by name. */
export const factList = (facts: readonly (readonly [name: string, value: string])[]): Markup =>
  html`<dl>
    ${facts.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

/** A table that may be wider than the page: it is scrolled within it. */
export const scrolledTable = (
  label: string,
  caption: string,
  head: readonly string[],
  rows: readonly Markup[],
): Markup =>
  html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((text) => html`<th scope="col">${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
