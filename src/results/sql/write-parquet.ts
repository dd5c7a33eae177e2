/** Rows as a Parquet file. */
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal, withDatabase } from "../../files/database.ts";
import { createTable } from "./tables.ts";
import type { FlatTable } from "../tables/flat-table.ts";

/** Writes a table that `fill` creates under the name `rows`, whole or not at all, compressed with Zstandard. */
export const writeParquetOf = async (
  path: string,
  fill: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await withDatabase(async (connection) => {
      await fill(connection);
      await connection.run(`COPY "rows" TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** Writes the rows: numbers as doubles, truth values, and texts. */
export const writeParquet = (path: string, rows: FlatTable): Promise<void> =>
  writeParquetOf(path, (connection) => createTable(connection, "rows", rows));
