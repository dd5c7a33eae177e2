/** HTML in which nothing that is put in can become markup. */
import { visible } from "../../files/visible.ts";

/** Text that is HTML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put in: markup as it is, all else as text. */
export type Shown = Markup | string | number | undefined | readonly Shown[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it is written between tags and in quoted attributes. */
export const escaped = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/gu, (character) => entities[character]!);

const shown = (value: Shown): string => {
  if (value instanceof Markup) return value.text;
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return value === undefined ? "" : value.map(shown).join("");
};

/**
 * Markup from a template: its own text as it is, what is put in escaped, lists one after another, nothing for
 * `undefined`.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Shown[]): Markup =>
  new Markup(strings.map((text, i) => (i === 0 ? text : shown(values[i - 1]) + text)).join(""));
