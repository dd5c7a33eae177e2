/**
 * `trace.json`: when each part of each step ran, as Chrome's trace events, so that Perfetto and Chrome open the file
 * as it is. An array that is never closed, which the format allows, one event a line: lines are only ever added.
 */
import type { Span } from "../../rollouts/scoring/timeline.ts";
import type { StepTimed } from "../../training/recipe/step-report.ts";
import { boundedLines } from "../../files/bounded-lines.ts";
import { isObject, parseObject, type Json } from "../../files/json.ts";

/** Microseconds of a millisecond, the format's unit. */
const MICROSECONDS = 1000;

/** Lines longer than this are not ours. */
const LONGEST_LINE = 4096;

/** The first line of the file. */
export const traceHead = "[\n";

/**
 * Writes a run's trace, step by step, after its head. `append` adds text to the file; the clock of the spans began at
 * `origin`, ms since 1970.
 */
export const traceWriter = (append: (text: string) => void, origin: number): ((timed: StepTimed) => void) => {
  const rows = new Map<string, number>();
  const add = (event: object): void => append(`${JSON.stringify(event)},\n`);
  const rowOf = ({ lane, slot }: Span): number => {
    const name = `${lane} ${slot + 1}`;
    const known = rows.get(name);
    if (known !== undefined) return known;
    rows.set(name, rows.size + 1);
    add({ name: "thread_name", ph: "M", pid: 1, tid: rows.size, args: { name } });
    return rows.size;
  };
  return ({ step, spans }) => {
    for (const span of spans) {
      const { lane, slot, start, end, count } = span;
      const time = { ts: Math.round((origin + start) * MICROSECONDS), dur: Math.round((end - start) * MICROSECONDS) };
      add({
        name: lane,
        cat: `step ${step}`,
        ph: "X",
        pid: 1,
        tid: rowOf(span),
        ...time,
        args: { step, slot, rollouts: count },
      });
    }
  };
};

const finite = (value: Json | undefined): value is number => typeof value === "number" && Number.isFinite(value);

/** The step of a line, where it has one. */
export const traceStep = (line: string): number | undefined => {
  const step = /"args":\{"step":(\d+),/u.exec(line)?.[1];
  return step === undefined ? undefined : Number(step);
};

/** A line as an event; nothing for the lines around the events. */
const eventText = (line: string): string | undefined => {
  const text = line.replace(/,$/, "");
  return text === "" || text === "[" || text === "]" ? undefined : text;
};

const timedEvent = (event: Json | undefined): { readonly step: number; readonly span: Span } | undefined => {
  if (!isObject(event) || event["ph"] !== "X") return undefined;
  const { name, ts, dur, args } = event;
  if (typeof name !== "string" || !finite(ts) || !finite(dur) || !isObject(args)) return undefined;
  const { step, slot, rollouts } = args;
  if (!finite(step) || !finite(slot) || !finite(rollouts)) return undefined;
  return {
    step,
    span: { lane: name, slot, start: ts / MICROSECONDS, end: (ts + dur) / MICROSECONDS, count: rollouts },
  };
};

/** The span of a line, and its step; nothing for a line that has none, or is damaged. */
export const timedSpan = (line: string): { readonly step: number; readonly span: Span } | undefined =>
  timedEvent(parseObject(eventText(line) ?? ""));

const timedOf = (line: string, path: string, number: number): { step: number; span: Span } | undefined => {
  const text = eventText(line);
  if (text === undefined) return undefined;
  try {
    return timedEvent(JSON.parse(text) as Json);
  } catch (cause) {
    throw new SyntaxError(
      `${path}:${number}: expected a trace event as JSON, got ${JSON.stringify(text.slice(0, 60))}`,
      { cause },
    );
  }
};

/**
 * The spans of one step of a trace, or of the last step that it has. A last line that was cut is left out.
 * `SyntaxError` with the line for anything else that is not JSON, `RangeError` when the step is not there.
 */
export const readTrace = async (path: string, step?: number): Promise<StepTimed> => {
  let found: { step: number; spans: Span[] } | undefined;
  let number = 0;
  for await (const line of boundedLines(path, LONGEST_LINE, "error")) {
    number += 1;
    const timed = timedOf(line, path, number);
    if (timed === undefined || (step !== undefined && timed.step !== step)) continue;
    const { span } = timed;
    if (found?.step !== timed.step) found = { step: timed.step, spans: [] };
    found.spans.push(span);
  }
  if (found === undefined)
    throw new RangeError(`${path}: expected ${step === undefined ? "a step" : `step ${step}`}, got none`);
  return { kind: "timeline", ...found };
};
