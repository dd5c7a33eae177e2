/** How runs, values and times are said. */
import type { RunRow, RunState, Value } from "../../answers.ts";
import { axisText, valueText } from "../../../evaluation/claims/value-text.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";

/** The states in the order in which a person looks for them. */
export const states: readonly RunState[] = ["running", "paused", "interrupted", "failed", "waiting", "done"];

const settingWords = (name: string, value: Value): string => {
  const text = valueText(value);
  return `${name}=${/\s/u.test(text) ? JSON.stringify(text) : text}`;
};

/** What a run is called: its label, and what a sweep set where the label does not say it. */
export const runName = ({ key, label, axes }: Pick<RunRow, "key" | "label" | "axes">): string => {
  const said = Object.entries(axes)
    .map(([pointer, value]) => settingWords(axisText(pointer), value))
    .filter((text) => !label.includes(text));
  const bare = label === "run" || label === "trial";
  return visible([label, ...(bare && said.length === 0 ? [key.split("/").at(-1) ?? key] : said)].join(" "));
};

/** What the runs of one setting have in common, and how many there are. */
export const settingName = (rows: readonly RunRow[]): string => {
  const [first] = rows;
  if (first === undefined) return "no run";
  const same = Object.entries(first.axes).filter(([pointer, value]) =>
    rows.every(({ axes }) => JSON.stringify(axes[pointer]) === JSON.stringify(value)),
  );
  const words = same.map(([pointer, value]) => settingWords(axisText(pointer), value)).join(" ");
  const name = words !== "" ? words : rows.every(({ label }) => label === first.label) ? first.label : first.file;
  return visible(`${name} (${rows.length} runs)`);
};

/** A cell of a table: numbers of metrics with three digits, parameters as they were set. */
export const cellText = (value: Value | null | undefined, kind: "parameter" | "metric"): string => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number" && kind === "metric") return numberText(value);
  return visible(valueText(value));
};

/** A number, or a dash. */
export const maybeNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : numberText(value);

/** `12 %` of a share in [0, 1]. */
export const percentText = (share: number): string => {
  const percent = 100 * share;
  return `${percent > 0 && percent < 0.1 ? "<0.1" : percent >= 99.95 ? "100" : percent.toFixed(1)} %`;
};

const units: readonly (readonly [milliseconds: number, name: string, plural: string])[] = [
  [86_400_000, "day", "days"],
  [3_600_000, "h", "h"],
  [60_000, "min", "min"],
  [1000, "s", "s"],
];

/** `3 min`, in the greatest unit that it has at least two of. */
const roundTime = (milliseconds: number): string => {
  const time = Math.max(0, milliseconds);
  const [size, name, plural] = units.find(([unit]) => time >= 2 * unit) ?? units.at(-1)!;
  const count = Math.round(time / size);
  return `${count} ${count === 1 ? name : plural}`;
};

/** How long ago something was; never less than no time, whatever the clocks say. */
export const agoText = (time: number | null, now: number): string => {
  // JSON has null for a time that could not be read.
  if (time === null || !Number.isFinite(time)) return "–";
  return now - time < 2000 ? "just now" : `${roundTime(now - time)} ago`;
};

/** How long a run will still take. */
export const leftText = (milliseconds: number): string => `about ${roundTime(milliseconds)} left`;

/** A time of day for people and programs; nothing for one that no calendar has. */
export const isoText = (time: number | null): string => {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
};

/** What a metric is called for people. */
export const metricWords = (name: string): string => (name === "evaluation/reward" ? "held-out reward" : visible(name));

/** `3 running, 9 done`, states without any left out. */
export const countWords = (statuses: readonly RunState[]): string =>
  states
    .map((state) => [state, statuses.filter((status) => status === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");

/** `1 run`, `3 runs`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
