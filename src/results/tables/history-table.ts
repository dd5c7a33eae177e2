/** Every metric of every step of runs, a row each: what spreadsheets and data frames take. */
import { basename } from "node:path";
import type { FlatTable } from "./flat-table.ts";
import { readHistory } from "../../runs/reading/history.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";

/** Columns of the table. */
export const historyColumns = ["file", "run", "id", "folder", "kind", "step", "name", "value"] as const;

/** The rows of one run, in the order in which they were reported. */
export async function* historyRows(run: FoundRun): AsyncGenerator<FlatTable["rows"][number]> {
  const { folder, parent, record } = run;
  for await (const { kind, step, metrics } of readHistory(run)) {
    for (const [name, value] of Object.entries(metrics))
      yield [basename(parent), record.name, record.id, folder, kind, step, name, value];
  }
}
