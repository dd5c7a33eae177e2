/**
 * The files of lines in a run's folder: `metrics.jsonl` and `rollouts.jsonl`, which come out the same whenever the run
 * is done, and however often it was interrupted; `timings.jsonl` and `trace.json`, which say how long it took. When a
 * run resumes from a checkpoint they are cut back to it first.
 */
import { join } from "node:path";
import type { ProgressReport, RolloutsScored, StepTimed } from "../../training/recipe/step-report.ts";
import { jsonText } from "../../files/json-file.ts";
import { isObject, parseObject, type JsonObject } from "../../files/json.ts";
import { openLines } from "../../files/line-file.ts";
import { traceHead, traceStep, traceWriter } from "./trace-file.ts";

/** The open files. Every method has written to the file when it returns. */
export interface RunLines {
  /**
   * Cuts the files back to what was true after `step` steps, before the evaluation that may follow; to nothing when the
   * run begins. `Error` when lines of before are missing.
   */
  rewind(step: number): void;
  /**
   * Adds a line to `metrics.jsonl` for a step, an evaluation or a warning, and for a step one to `timings.jsonl`;
   * leaves all else out.
   */
  report(report: ProgressReport): void;
  /** Adds a line for each rollout to `rollouts.jsonl`, with its step. */
  rollouts(scored: RolloutsScored): void;
  /** Adds a step's spans to `trace.json`. */
  timeline(timed: StepTimed): void;
  /** Returns when all lines are on the disk. */
  secure(): void;
  /** The metrics of the last step and the last evaluation in one, numbers that JSON lacks by their names. */
  summary(): { readonly metrics: JsonObject };
  /** Milliseconds of all steps that the files hold. */
  milliseconds(): number;
  close(): void;
}

const metricsOf = (line: JsonObject | undefined): JsonObject => {
  const metrics = line?.["metrics"];
  return isObject(metrics) ? metrics : {};
};

/** What the files say in sum. */
class Tally {
  readonly latest: Partial<Record<"step" | "evaluation", JsonObject>> = {};
  milliseconds = 0;

  metrics(line: JsonObject): void {
    const { kind } = line;
    if (kind === "step" || kind === "evaluation") this.latest[kind] = line;
  }

  timing({ milliseconds }: JsonObject): void {
    if (typeof milliseconds === "number") this.milliseconds += milliseconds;
  }
}

/** Whether a line is of the first `step` steps, before the evaluation that may follow; `see` gets each that is. */
const upTo = (step: number, see: (line: JsonObject) => void) => (text: string) => {
  const line = parseObject(text);
  // The evaluation that follows the step is done again.
  if (line === undefined || Number(line["step"]) > step || (line["kind"] === "evaluation" && line["step"] === step))
    return false;
  see(line);
  return true;
};

/** Opens the files in a folder, or makes them. */
export const openRunLines = (folder: string): RunLines => {
  const open = (name: string) => openLines(join(folder, name));
  const [metrics, timings, rollouts, trace] = [
    open("metrics.jsonl"),
    open("timings.jsonl"),
    open("rollouts.jsonl"),
    open("trace.json"),
  ];
  const files = [metrics, timings, rollouts, trace];
  let tally = new Tally();
  const writeTrace = traceWriter((text) => trace.append(text), performance.timeOrigin);
  return {
    rewind(step) {
      tally = new Tally();
      metrics.cut(upTo(step, (line) => tally.metrics(line)));
      timings.cut(upTo(step, (line) => tally.timing(line)));
      rollouts.cut(upTo(step, () => undefined));
      trace.cut((line) => step > 0 && (traceStep(line) ?? 0) <= step);
      if (step === 0) trace.append(traceHead);
      const last = Number(tally.latest.step?.["step"] ?? 0);
      if (last !== step) {
        throw new Error(
          `${join(folder, "metrics.jsonl")}: expected a line for each of ${step} steps, got ${last}; remove ` +
            `${folder}, and the run starts anew`,
        );
      }
    },
    report(report) {
      if (report.kind !== "step" && report.kind !== "evaluation" && report.kind !== "warning") return;
      if (report.kind !== "step") {
        const text = jsonText(report);
        tally.metrics(JSON.parse(text) as JsonObject);
        metrics.append(`${text}\n`);
        return;
      }
      const { times, milliseconds, ...lasting } = report;
      const [text, timing] = [jsonText(lasting), { step: report.step, milliseconds, ...times, tokens: report.tokens }];
      tally.metrics(JSON.parse(text) as JsonObject);
      tally.timing(timing);
      metrics.append(`${text}\n`);
      timings.append(`${jsonText(timing)}\n`);
    },
    rollouts({ step, rollouts: all }) {
      if (all.length > 0) rollouts.append(all.map((rollout) => `${jsonText({ step, ...rollout })}\n`).join(""));
    },
    timeline: writeTrace,
    secure: () => files.forEach((file) => file.secure()),
    summary: () => ({
      metrics: { ...metricsOf(tally.latest.step), ...metricsOf(tally.latest.evaluation) },
    }),
    milliseconds: () => tally.milliseconds,
    close() {
      for (const file of files) {
        file.secure();
        file.close();
      }
    },
  };
};
