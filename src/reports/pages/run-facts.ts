/** What a run is, in words and by its settings, as every page says it. */
import type { Json } from "../../files/json.ts";
import { flattened } from "../../results/tables/parameters.ts";
import { factCells } from "../../results/tables/run-columns.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import type { RunRecord } from "../../runs/reading/run-record.ts";
import { headlineOf, heldOutReward } from "../../training/recipe/headline.ts";
import { numberText, timeText } from "../html/number-text.ts";

/** What came of it, first of all. */
const headlineFact = ({ metrics }: RunRecord): readonly (readonly [string, string])[] => {
  const { metric, value } = headlineOf(metrics) ?? {};
  if (metric === undefined || value === undefined) return [];
  return [[metric === heldOutReward ? "held-out reward" : metric, numberText(value)]];
};

/** Facts by name, what came of it first. */
export const runFacts = ({ record }: Pick<FoundRun, "record">): readonly (readonly [string, string])[] => [
  ...headlineFact(record),
  ["status", record.error === undefined ? record.status : `${record.status}: ${record.error}`],
  ["experiment file", record.file],
  ["id", record.id],
  ["engine", record.engine],
  ["started", record.started],
  ...(record.finished === undefined ? [] : [["ended", record.finished] as const]),
  ...(record.milliseconds === undefined ? [] : [["training", timeText(record.milliseconds)] as const]),
  ...(record.attempt === undefined ? [] : [["attempts", String(record.attempt)] as const]),
];

/** Everything that decides the result: values by their pointers, and by name versions, files, checkpoints, stages. */
export const settingsOf = (run: Pick<FoundRun, "record">): readonly (readonly [name: string, value: Json])[] => [
  ...flattened(run.record.values),
  ...factCells(run),
];
