/** Runs as two Parquet files. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fillTable, type ColumnType } from "../sql/tables.ts";
import type { FlatTable } from "../tables/flat-table.ts";
import { flatRuns } from "../tables/flat-table.ts";
import { historyColumns, historyRows } from "../tables/history-table.ts";
import { writeParquet, writeParquetOf } from "../sql/write-parquet.ts";
import { joinedRuns } from "../tables/result-table.ts";
import type { Exporter } from "./exporter.ts";

const types = Object.fromEntries(
  historyColumns.map((name): [string, ColumnType] => [
    name,
    name === "step" ? "BIGINT" : name === "value" ? "DOUBLE" : "VARCHAR",
  ]),
);

/**
 * `runs.parquet`, a row a run with parameters and last metrics, and `metrics.parquet`, a row for each metric of each
 * step.
 */
export const parquet: Exporter = {
  type: "parquet",
  description: "runs.parquet and metrics.parquet in a folder",
  target: "parquet",
  async send({ runs, target, signal, exported }) {
    signal.throwIfAborted();
    await mkdir(target, { recursive: true });
    await writeParquet(join(target, "runs.parquet"), flatRuns(joinedRuns(runs)));
    async function* rows(): AsyncGenerator<FlatTable["rows"][number]> {
      for (const run of runs) {
        for await (const row of historyRows(run)) {
          signal.throwIfAborted();
          yield row;
        }
        exported(run);
      }
    }
    await writeParquetOf(join(target, "metrics.parquet"), (connection) => fillTable(connection, "rows", types, rows()));
  },
};
