/** Tests of a run's history as rows. */
import { expect, test } from "vitest";
import { historyColumns, historyRows } from "../../../src/results/tables/history-table.ts";
import { exportedRuns, reported } from "../../fixtures/exported-runs.ts";

test("each metric of each step is a row that names its run", async () => {
  const [, run] = exportedRuns();
  const rows: unknown[] = [];
  for await (const row of historyRows(run!)) rows.push(Object.fromEntries(historyColumns.map((name, i) => [name, row[i]])));
  const about = { file: "sweep", run: "run1", id: run!.record.id, folder: run!.folder };
  expect(rows).toMatchObject(reported(1).map(([step, name, value]) => ({ ...about, step, name, value })));
  expect(rows).toHaveLength(reported(1).length);
});
