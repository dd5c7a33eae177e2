/** What the pages that benches write have in common: tables, numbers, and the part that people write. */

/** The heading from which on people write the page. */
const conclusions = "## What follows";

/** A table of Markdown. */
export const markdownTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** A number of milliseconds or of anything else: three digits, or from 1,000 on whole. */
export const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);

/** What was measured, before what an earlier version of the page says below `## What follows`. */
export const withConclusions = (measured: string, earlier: string): string => {
  const begin = earlier.indexOf(conclusions);
  return `${measured}\n\n${begin === -1 ? `${conclusions}\n` : earlier.slice(begin)}`;
};
