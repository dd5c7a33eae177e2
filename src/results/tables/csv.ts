/** Rows as comma-separated values (RFC 4180): a head, lines that end in CR LF, quotes where they are needed. */
import type { FlatCell, FlatTable } from "./flat-table.ts";

/** Texts that a spreadsheet would compute; an apostrophe before them makes them texts there (OWASP, CSV injection). */
const computed = /^[=+\-@\t\r]/u;

const field = (cell: FlatCell): string => {
  const written = cell === undefined ? "" : String(cell);
  const text = typeof cell === "string" && computed.test(cell) ? `'${written}` : written;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * One line, with its end. A cell without a value is empty; numbers are written in as many digits as give the same
 * number again.
 */
export const csvLine = (cells: readonly FlatCell[]): string => `${cells.map(field).join(",")}\r\n`;

/** The text of a table, line after line. */
export function* csvText({ columns, rows }: FlatTable): Generator<string> {
  for (const row of [columns, ...rows]) yield csvLine(row);
}
