/** Results: runs read again, as tables, by SQL, side by side, and for other programs. */
export { claimTrials } from "../results/claim-trials.ts";
export { compareRuns } from "../results/comparison.ts";
export type { ComparedRow, Comparison } from "../results/comparison.ts";
export { exporters } from "../results/exporters/index.ts";
export type { Exporter, ExportJob } from "../results/exporters/exporter.ts";
export type { FlatCell, FlatTable } from "../results/flat-table.ts";
export { writeParquet } from "../results/parquet.ts";
export { queryRuns } from "../results/query.ts";
export { resultTable } from "../results/result-table.ts";
export type { ResultRow, ResultTable } from "../results/result-table.ts";
export type { RecordedStatus, RunRecord } from "../results/run-record.ts";
export { readRuns } from "../results/runs.ts";
export type { DamagedRun, FoundRun, Runs } from "../results/runs.ts";
export { judge } from "../results/verdicts.ts";
export type { JudgedClaim } from "../results/verdicts.ts";
