/** Runs as two files of comma-separated values. */
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeWhole } from "../../files/atomic-file.ts";
import { csvLine, csvText } from "../tables/csv.ts";
import { flatRuns } from "../tables/flat-table.ts";
import { historyColumns, historyRows } from "../tables/history-table.ts";
import { joinedRuns } from "../tables/result-table.ts";
import type { ExportJob, Exporter } from "./exporter.ts";

/** The lines of `metrics.csv`, run after run. */
async function* lines({ runs, exported }: ExportJob): AsyncGenerator<string> {
  yield csvLine(historyColumns);
  for (const run of runs) {
    for await (const row of historyRows(run)) yield csvLine(row);
    exported(run);
  }
}

const writeLines = async (path: string, text: AsyncIterable<string>, signal: AbortSignal): Promise<void> => {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(text), createWriteStream(temporary), { signal });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    // A stream that was given up says so in words of its own.
    signal.throwIfAborted();
    throw error;
  }
};

/** `runs.csv`, a row a run with parameters and last metrics, and `metrics.csv`, a row for each metric of each step. */
export const csv: Exporter = {
  type: "csv",
  description: "runs.csv and metrics.csv in a folder",
  target: "csv",
  async send(job) {
    job.signal.throwIfAborted();
    await mkdir(job.target, { recursive: true });
    await writeWhole(join(job.target, "runs.csv"), [...csvText(flatRuns(joinedRuns(job.runs)))].join(""));
    await writeLines(join(job.target, "metrics.csv"), lines(job), job.signal);
  },
};
