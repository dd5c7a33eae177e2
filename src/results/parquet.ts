/** Rows as a Parquet file. */
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createTable, literal, withDatabase } from "./database.ts";
import type { FlatTable } from "./flat-table.ts";

/** Writes the rows, whole or not at all: numbers as doubles, truth values, and texts; compressed with Zstandard. */
export const writeParquet = async (path: string, rows: FlatTable): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await withDatabase(async (connection) => {
      await createTable(connection, "rows", rows);
      await connection.run(`COPY "rows" TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};
