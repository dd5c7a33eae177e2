/** The page itself: its shell, with the look of the reports, and its code, as the build made it. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { html, Markup } from "../../reports/html/markup.ts";
import { style } from "../../reports/html/style.ts";
import { refuse } from "./guard.ts";

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** Where the build puts the page. */
const builtPage = fileURLToPath(new URL("../page", import.meta.url));

/** The page before its code runs. */
const shell = (root: string): string =>
  html`<!doctype html>
    <html lang="en" data-root="${root}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Retort</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Markup(style)}
        </style>
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the contents</a>
        <div id="page"></div>
        <noscript><p>This page needs JavaScript.</p></noscript>
        <script type="module" src="/page.js"></script>
      </body>
    </html> `.text;

/** Adds the routes; `folder` holds `page.js` and `page.css`. */
export const addPage = (app: Hono, root: string, folder = builtPage): void => {
  app.get("/", (context) => context.html(shell(root)));
  for (const name of ["page.js", "page.css"]) {
    app.get(`/${name}`, (context) => {
      try {
        return context.body(readFileSync(`${folder}/${name}`), 200, { "content-type": types[extname(name)]! });
      } catch {
        return refuse(context, 500, `expected ${name} as the build makes it, got none; run npm run build`);
      }
    });
  }
};
