/**
 * Prose in Markdown as HTML: paragraphs, lists, emphasis and code. Nothing else becomes markup, and links lead nowhere,
 * as in a page that fetches nothing.
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

const block = (text: string): Markup => {
  const [first = "", ...rest] = text.split("\n");
  if (/^[-*] /u.test(first) && rest.every((line) => /^(?:[-*] |\s)/u.test(line))) {
    const items = text.split(/^[-*] /mu).filter((item) => item.trim() !== "");
    return html`<ul>
      ${items.map((item) => html`<li>${shownInline(item.trim())}</li>`)}
    </ul>`;
  }
  return html`<p>${shownInline(text)}</p>`;
};

/** Text in Markdown as elements of a page. */
export const prose = (text: string): readonly Markup[] =>
  text
    .split(/\n\s*\n/u)
    .filter((part) => part.trim() !== "")
    .map((part) => block(part.trimEnd()));
