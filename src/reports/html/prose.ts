/**
 * Prose in Markdown as HTML: paragraphs, headings, lists, tables, emphasis and code. Nothing else becomes markup, and
 * links lead nowhere, as in a page that fetches nothing.
 */
import { html, type Markup, type Shown } from "./markup.ts";

/** Code, strong, emphasis, and links, of which the text stays. */
const inline = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\[([^\][\n]+)\]\([^()\s]*\)/gu;

const shownInline = (text: string): Shown => {
  const parts: Shown[] = [];
  let end = 0;
  for (const match of text.matchAll(inline)) {
    const [whole, code, strong, emphasis, link] = match;
    parts.push(text.slice(end, match.index));
    if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else if (strong !== undefined) parts.push(html`<strong>${strong}</strong>`);
    else if (emphasis !== undefined) parts.push(html`<em>${emphasis}</em>`);
    else parts.push(link);
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
};

/** The cells of a line between its outer bars; a bar behind a backslash is text. */
const cellsOf = (line: string): readonly string[] =>
  line
    .trim()
    .replace(/^\|/u, "")
    .replace(/(?<!\\)\|$/u, "")
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

const isTable = ([head = "", rule = "", ...rows]: readonly string[]): boolean =>
  /^\|(?:\s*:?-+:?\s*\|)+$/u.test(rule.trim()) && [head, ...rows].every((line) => line.trim().startsWith("|"));

const table = ([head = "", , ...rows]: readonly string[]): Markup => {
  const names = cellsOf(head);
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Table of ${names.join(", ")}">
    <table aria-label="${names.join(", ")}">
      <thead>
        <tr>
          ${names.map((name) => html`<th scope="col">${shownInline(name)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${cellsOf(row).map((cell) => html`<td>${shownInline(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
};

const block = (text: string): Markup => {
  const lines = text.split("\n");
  const [first = "", ...rest] = lines;
  if (/^[-*] /u.test(first) && rest.every((line) => /^(?:[-*] |\s)/u.test(line))) {
    const items = text.split(/^[-*] /mu).filter((item) => item.trim() !== "");
    return html`<ul>
      ${items.map((item) => html`<li>${shownInline(item.trim())}</li>`)}
    </ul>`;
  }
  if (isTable(lines)) return table(lines);
  const [heading] = lines.length === 1 ? (/(?<=^#{3,6} ).+$/u.exec(first) ?? []) : [];
  return heading === undefined
    ? html`<p>${shownInline(text)}</p>`
    : html`<p><strong>${shownInline(heading)}</strong></p>`;
};

const blocks = (text: string): readonly Markup[] =>
  text
    .split(/\n\s*\n/u)
    .map((part) => part.replace(/^\n+/u, "").trimEnd())
    .filter((part) => part !== "")
    .map(block);

/** Text in Markdown as elements of a page. */
export const prose = (text: string): readonly Markup[] =>
  // Every second part is between fences.
  text
    .split(/^```.*\n([^]*?)^```$/mu)
    .flatMap((part, i) => (i % 2 === 0 ? blocks(part) : [html`<pre><code>${part}</code></pre>`]));
