/** What a run reported step by step, with the time at which it did. */
import { join } from "node:path";
import { parseObject, type Json } from "../../files/json.ts";
import { presentLines } from "../../files/bounded-lines.ts";
import { metricsIn } from "./run-record.ts";
import type { FoundRun } from "./read-runs.ts";

/** The metrics of a step or of an evaluation. */
export interface HistoryLine {
  readonly kind: "step" | "evaluation";
  /** Steps done. */
  readonly step: number;
  /** About when: milliseconds since 1970, from the start of the run and the time that its steps took. */
  readonly time: number;
  /** By name; an evaluation's `accuracy` among them. Some may not be finite. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Tokens of the sequences that a step learned from; nothing of an evaluation, and where the step does not say. */
  readonly tokens: number | undefined;
}

/** Most bytes of a line. */
const LONGEST = 2 ** 20;

const isStep = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** Milliseconds of each step, from `timings.jsonl`; none where there is no such file. */
export const stepTimes = async (folder: string): Promise<ReadonlyMap<number, number>> => {
  const times = new Map<number, number>();
  for await (const line of presentLines(join(folder, "timings.jsonl"), LONGEST)) {
    const { step, milliseconds } = parseObject(line) ?? {};
    if (isStep(step) && typeof milliseconds === "number" && milliseconds >= 0) times.set(step, milliseconds);
  }
  return times;
};

/**
 * The lines of `metrics.jsonl` that hold metrics, in their order; none where there is no such file. Lines that are cut
 * or damaged are left out.
 */
export async function* readHistory({
  folder,
  record,
}: Pick<FoundRun, "folder" | "record">): AsyncGenerator<HistoryLine> {
  const times = await stepTimes(folder);
  let time = Date.parse(record.started);
  for await (const text of presentLines(join(folder, "metrics.jsonl"), LONGEST)) {
    const line = parseObject(text) ?? {};
    const { kind, step, tokens } = line;
    if ((kind !== "step" && kind !== "evaluation") || !isStep(step)) continue;
    if (kind === "step") time += times.get(step) ?? 0;
    yield { kind, step, time, metrics: metricsIn(line), tokens: isStep(tokens) ? tokens : undefined };
  }
}
