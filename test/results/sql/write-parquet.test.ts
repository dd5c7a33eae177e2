/** Tests of Parquet files: read again by DuckDB. */
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { literal, withDatabase } from "../../../src/files/database.ts";
import { writeParquet } from "../../../src/results/sql/write-parquet.ts";

const columns = ["/objective/alpha", "accuracy", "it's"];
const rows = [
  [0.1, 0.1 + 0.2, "x"],
  [1, undefined, 'say "y"'],
];

test("a Parquet file holds the rows, and nothing is left beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-parquet-"));
  const path = join(folder, "it's.parquet");
  await writeParquet(path, { columns, rows });
  const read = await withDatabase((connection) => connection.runAndReadAll(`FROM read_parquet(${literal(path)})`));
  expect(read.columnNames()).toEqual(columns);
  expect(read.getRows()).toEqual([rows[0], [1, null, 'say "y"']]);
  expect(readdirSync(folder)).toEqual(["it's.parquet"]);
});

test("where it cannot be written nothing is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-parquet-"));
  await expect(writeParquet(join(folder, "nowhere", "a.parquet"), { columns, rows })).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});
