/**
 * DuckDB in memory: bounded, and shut off from everything else before a stranger's SQL runs or a stranger's file is
 * read.
 */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Memory that a database may take. What needs more is an error: nothing is written beside it. */
const MEMORY = "2GB";

/** Calls `work` with an empty database in memory, and closes it. No extension is ever loaded. */
export const withDatabase = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY,
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
};

/** From now on the database reaches these files and no others, and that cannot be changed. */
export const shutOff = async (connection: DuckDBConnection, files: readonly string[]): Promise<void> => {
  await connection.run(`SET allowed_paths = [${files.map(literal).join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
};
