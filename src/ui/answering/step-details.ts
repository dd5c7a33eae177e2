/** How a step went: what ran when, how long each part took, and what waited for what. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseObject } from "../../files/json.ts";
import { ganttPlot } from "../../reports/plots/gantt-plot.ts";
import { plotFigure } from "../../reports/plots/plot-figure.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import { timedSpan, traceStep } from "../../runs/folder/trace-file.ts";
import type { StepDetails } from "../answers.ts";
import { Recent } from "./recent.ts";
import type { RunSeries } from "./run-series.ts";
import { runningProcess } from "./running-process.ts";
import { StepLines } from "./step-lines.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** Runs whose steps are known, and bytes of a line. */
const [keptRuns, longestLine] = [16, 4096];

/** The step that is shown of a run, by the files that say of steps; 0 where none does. */
const lastStep = (files: readonly StepLines[]): number => {
  const last = files.flatMap((file) => file.steps().at(-1) ?? []);
  // One of the files has a step before the others.
  return last.length === 0 ? 0 : Math.min(...last);
};

type Numbers = readonly (readonly [name: string, value: number])[];

const stepOfTiming = (text: string): number | undefined => {
  const step = parseObject(text)?.["step"];
  return typeof step === "number" && Number.isSafeInteger(step) ? step : undefined;
};

/** Rollouts that one lane has finished and another has not begun: at most, over the step. */
const longestQueue = (from: readonly Span[], to: readonly Span[]): number => {
  const events = [
    ...from.map(({ end, count }) => ({ at: end, count })),
    ...to.map(({ start, count }) => ({ at: start, count: -count })),
  ].toSorted((a, b) => a.at - b.at || b.count - a.count);
  let [waiting, most] = [0, 0];
  for (const { count } of events) {
    waiting += count;
    most = Math.max(most, waiting);
  }
  return most;
};

/** Lanes that no scorer has. */
const drawing = "draw";
const own = new Set([drawing, "update", "publish"]);

const queues = (spans: readonly Span[]): Numbers => {
  const drawn = spans.filter(({ lane }) => lane === drawing);
  if (drawn.length === 0) return [];
  const scorers = [...new Set(spans.map(({ lane }) => lane))].filter((lane) => !own.has(lane));
  return scorers.map((lane) => [
    `rollouts that waited for ${lane}, at most`,
    longestQueue(
      drawn,
      spans.filter((span) => span.lane === lane),
    ),
  ]);
};

const timingsOf = (lines: readonly string[]): Numbers => {
  const timing = parseObject(lines.at(-1) ?? "") ?? {};
  const numbers = Object.entries(timing).flatMap(([name, value]) =>
    typeof value === "number" && name !== "step" ? [[name, value] as const] : [],
  );
  const { milliseconds, tokens } = Object.fromEntries(numbers) as Readonly<Record<string, number | undefined>>;
  if (milliseconds === undefined || tokens === undefined || milliseconds <= 0) return numbers;
  return [...numbers, ["tokens per second", (1000 * tokens) / milliseconds]];
};

/** Bytes that a process has in memory, now. */
const memoryOf = (pid: number): Numbers => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = (field: string): number | undefined => {
      const found = new RegExp(`^${field}:\\s*(\\d+) kB$`, "mu").exec(status)?.[1];
      return found === undefined ? undefined : Number(found) * 1024;
    };
    const [now, most] = [kilobytes("VmRSS"), kilobytes("VmHWM")];
    return [
      ...(now === undefined ? [] : [["bytes of memory of its process now", now] as const]),
      ...(most === undefined ? [] : [["bytes of memory of its process, at most", most] as const]),
    ];
  } catch {
    // Another system, or the process has ended.
    return [];
  }
};

interface StepFiles {
  readonly trace: StepLines;
  readonly timings: StepLines;
}

const filesOf = (folder: string): StepFiles => ({
  trace: new StepLines(join(folder, "trace.json"), {
    longest: longestLine,
    stepOf: (text) => traceStep(text) ?? "none",
  }),
  timings: new StepLines(join(folder, "timings.jsonl"), { longest: 2 ** 20, stepOf: stepOfTiming }),
});

/** Looks steps up, and keeps where they are. */
export class StepReader {
  readonly #recent = new Recent<StepFiles>({ most: keptRuns }, filesOf);

  /** How a step went, with its own of the run's alarms; where none is named the last. Errors of the system. */
  async read(run: WatchedRun, asked: number | undefined, { alarms }: Pick<RunSeries, "alarms">): Promise<StepDetails> {
    const { trace, timings } = this.#recent.of(run.folder, (files) => {
      files.trace.refresh();
      files.timings.refresh();
    });
    const steps = timings.steps();
    const first = steps[0] ?? 0;
    const last = lastStep([timings, trace]);
    const step = asked ?? last;
    const spans = trace.at(step).flatMap((line) => timedSpan(line)?.span ?? []);
    const process = run.record.status === "running" ? await runningProcess(run.folder) : undefined;
    return {
      first,
      last,
      step,
      gantt: spans.length === 0 ? "" : plotFigure(ganttPlot(spans, step)).text,
      timings: timingsOf(timings.at(step)),
      machine: [...queues(spans), ...(process === undefined ? [] : memoryOf(process.pid))],
      alarms: alarms.filter((alarm) => alarm.step === step),
    };
  }
}
