/** Results: runs read again, as tables, by SQL, side by side, and for other programs. */
export { claimTrials } from "../results/claim-trials.ts";
export { compareRuns } from "../results/tables/comparison.ts";
export type { ComparedRow, Comparison } from "../results/tables/comparison.ts";
export { exporters } from "../results/exporters/index.ts";
export type { Exporter, ExportJob } from "../results/exporters/exporter.ts";
export type { FlatCell, FlatTable } from "../results/tables/flat-table.ts";
export { writeParquet } from "../results/sql/write-parquet.ts";
export { queryRuns } from "../results/sql/query.ts";
export { resultTable } from "../results/tables/result-table.ts";
export type { Columns, ResultRow, ResultTable } from "../results/tables/result-table.ts";
export type { RunStatus } from "../runs/folder/manifest.ts";
export type { RunRecord } from "../runs/reading/run-record.ts";
export { readRuns } from "../runs/reading/read-runs.ts";
export type { DamagedRun, FoundRun, Runs } from "../runs/reading/read-runs.ts";
export { judge } from "../results/verdicts.ts";
export type { JudgedClaim } from "../results/verdicts.ts";
