/** Tests of the export to Parquet, read again by DuckDB. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, withDatabase } from "../../../src/files/database.ts";
import { parquet } from "../../../src/results/exporters/parquet.ts";
import { exporterLaws } from "../../laws/exporter.laws.ts";

exporterLaws(parquet, {
  target: () => join(mkdtempSync(join(tmpdir(), "retort-parquet-")), "new"),
  read: async (folder, run) => {
    const sql = `SELECT step::INTEGER, name, value FROM read_parquet(${literal(join(folder, "metrics.parquet"))}) WHERE folder = ${literal(run.folder)}`;
    const read = await withDatabase((connection) => connection.runAndReadAll(sql));
    return read.getRowsJS() as unknown as readonly (readonly [number, string, number])[];
  },
});
