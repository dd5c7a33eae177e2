/** A Gantt chart as text: what ran when, a row for each slot of each lane. */
import type { Span } from "../../rollouts/scoring/timeline.ts";

/** Eighths of a character's width, from nothing to all. */
const EIGHTHS = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"] as const;

/** Characters for the bars when no width is given. */
const WIDTH = 60;

/** What ran in one slot of a lane. */
export interface GanttRow {
  readonly name: string;
  readonly spans: readonly Span[];
}

/** One row for each lane and slot, lanes in the order in which they begin. */
export const ganttRows = (spans: readonly Span[]): GanttRow[] => {
  const lanes = new Map<string, Map<number, Span[]>>();
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const slots = lanes.get(span.lane) ?? new Map<number, Span[]>();
    lanes.set(span.lane, slots.set(span.slot, [...(slots.get(span.slot) ?? []), span]));
  }
  return [...lanes].flatMap(([lane, slots]) =>
    [...slots]
      .toSorted(([a], [b]) => a - b)
      .map(([slot, own]) => ({ name: slots.size === 1 && slot === 0 ? lane : `${lane} ${slot + 1}`, spans: own })),
  );
};

/** Milliseconds that the spans take, one after another. */
export const busyTime = (spans: readonly Span[]): number => spans.reduce((sum, { start, end }) => sum + end - start, 0);

/** Share of each of `width` equal parts of [from, to] that the spans cover, in [0, 1]. */
const coverage = (spans: readonly Span[], from: number, to: number, width: number): number[] => {
  const part = (to - from) / width;
  return Array.from({ length: width }, (_, k) => {
    const [left, right] = [from + k * part, from + (k + 1) * part];
    return (
      spans.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, right) - Math.max(start, left)), 0) / part
    );
  });
};

const block = (share: number): string => {
  const eighths = Math.round(Math.min(1, share) * 8);
  return EIGHTHS[share > 0 && eighths === 0 ? 1 : eighths]!;
};

const milliseconds = (value: number): string =>
  `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US")} ms`;

/**
 * Draws spans as text, `width` characters for all the time that they take together, with each row's own time and its
 * share of the whole, and how many ran at once in the mean. `RangeError` when there are none.
 */
export const gantt = (spans: readonly Span[], width = WIDTH): string => {
  if (spans.length === 0) throw new RangeError("gantt: expected at least one span, got none");
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end), from + 1e-3);
  const rows = ganttRows(spans);
  const label = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, spans: own }) => {
    const bar = coverage(own, from, to, width).map(block).join("");
    const share = Math.round((100 * busyTime(own)) / (to - from));
    return `${name.padEnd(label)}  ${bar}  ${milliseconds(busyTime(own)).padStart(9)} ${String(share).padStart(3)} %`;
  });
  const whole = milliseconds(to - from);
  const scale = `${"".padEnd(label)}  0${whole.padStart(width - 1)}`;
  return [...lines, scale, `${(busyTime(spans) / (to - from)).toFixed(2)} at once in the mean`].join("\n");
};
