/** Text in Markdown, in which nothing that is put in becomes markup by accident. */
import { visible } from "../../files/visible.ts";

/** A text in a line of Markdown, with nothing in it that Markdown or HTML would take for its own. */
export const plain = (text: string): string =>
  text.replaceAll(/\s+/gu, " ").replaceAll(/[\\`*_[\]<>&|#]/gu, (sign) => `\\${sign}`);

/**
 * Text of prompts and completions, which strangers write: as `plain`, without links, formulas and names that pages make
 * of words by themselves; the ends of its lines are seen.
 */
export const strange = (text: string): string =>
  plain(visible(text).replaceAll(/\r?\n/gu, "↵ ")).replaceAll(/[~$:@]/gu, (sign) => `\\${sign}`);

/** A row of cells that are Markdown already. */
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

/** A table of cells that are Markdown already, such as bold ones; its head is text. */
export const cellTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head.map(plain)), row(head.map(() => "---")), ...rows.map(row)].join("");

/** A table of text. */
export const textTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  cellTable(
    head,
    rows.map((cells) => cells.map(plain)),
  );
