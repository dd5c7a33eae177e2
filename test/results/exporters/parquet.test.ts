/** Tests of the export to Parquet, read again by DuckDB. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { literal, withDatabase } from "../../../src/files/database.ts";
import { parquet } from "../../../src/results/exporters/parquet.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { mixedIn, settingAccuracies, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
import { exporterLaws } from "../../laws/exporter.laws.ts";

exporterLaws(parquet, {
  target: () => join(mkdtempSync(join(tmpdir(), "retort-parquet-")), "new"),
  read: async (folder, run) => {
    const sql = `SELECT step::INTEGER, name, value FROM read_parquet(${literal(join(folder, "metrics.parquet"))}) WHERE folder = ${literal(run.folder)}`;
    const read = await withDatabase((connection) => connection.runAndReadAll(sql));
    return read.getRowsJS() as unknown as readonly (readonly [number, string, number])[];
  },
});

test("runs of other alphas, code, data and seeds are a row each, told apart by columns: none is averaged", async () => {
  const [root, target] = ["runs-", "out-"].map((name) => mkdtempSync(join(tmpdir(), `retort-parquet-${name}`))) as [string, string];
  const { runs } = readRuns(writeMixedRuns(root));
  await parquet.send({ runs, target, signal: new AbortController().signal, exported: () => undefined });
  const read = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
    const from = sql.replace("runs", `read_parquet(${literal(join(target, "runs.parquet"))})`);
    return (await withDatabase((connection) => connection.runAndReadAll(from))).getRowsJS() as unknown as Record<string, unknown>[];
  };
  const of = Object.keys(mixedIn)
    .map((name) => `"${name}"`)
    .join(", ");
  // The second seed of each setting adds a half to its accuracy.
  expect(await read("SELECT accuracy FROM runs ORDER BY accuracy")).toEqual(settingAccuracies.flatMap((x) => [[x], [x + 0.5]]));
  const settings = await read(
    `SELECT count(*)::INTEGER, count(DISTINCT "/seed")::INTEGER, min(accuracy) FROM runs GROUP BY ${of} ORDER BY 3`,
  );
  expect(settings).toEqual(settingAccuracies.map((x) => [2, 2, x]));
  const values = await read(`SELECT DISTINCT ${of} FROM runs`);
  expect(values).toHaveLength(8);
  // Hashes are shown by their first eight digits.
  for (const [i, wanted] of Object.values(mixedIn).entries())
    expect(new Set(values.map((row) => String((row as unknown as unknown[])[i])))).toEqual(
      new Set(wanted.map((value) => String(value).slice(0, 8))),
    );
});
