/** A plain table: columns padded to their widest cell, numbers to the right. */
import { stripVTControlCharacters } from "node:util";

/** A cell; `undefined` is shown as a dash. */
export type Cell = string | number | undefined;

/** Columns of a terminal that a text takes. Most are plain, and there may be a hundred thousand of them. */
const width = (text: string): number =>
  /^[ -~]*$/u.test(text) ? text.length : Array.from(stripVTControlCharacters(text)).length;

const show = (cell: Cell): string => {
  if (cell === undefined) return "-";
  // Colours of ours are in cells already; whatever else acts is made visible where it is written.
  if (typeof cell === "string") return cell.replaceAll(/[\r\n\t]+/gu, " ");
  return Number.isInteger(cell) ? String(cell) : cell.toPrecision(4);
};

const pad = (text: string, to: number, right: boolean): string => {
  const space = " ".repeat(Math.max(0, to - width(text)));
  return right ? space + text : text + space;
};

/**
 * Lines of text without a final newline: a head, a rule, and the rows. A column whose cells are all numbers or dashes
 * is on the right. `RangeError` for a row that has another number of cells than the head.
 */
export const table = (head: readonly string[], rows: readonly (readonly Cell[])[]): string => {
  for (const row of rows) {
    if (row.length !== head.length)
      throw new RangeError(`table: expected ${head.length} cells in each row, got ${row.length}`);
  }
  const texts = rows.map((row) => row.map(show));
  const widths = head.map((name, i) => texts.reduce((widest, row) => Math.max(widest, width(row[i]!)), width(name)));
  const right = head.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] !== "string"));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(cell, widths[i]!, right[i]!))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((n) => "-".repeat(n)).join("  "), ...texts.map(line)].join("\n");
};
