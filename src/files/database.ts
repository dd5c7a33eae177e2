/**
 * DuckDB in memory: bounded, and shut off from everything else before a stranger's SQL runs or a stranger's file is
 * read.
 */
import { availableParallelism } from "node:os";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Bytes that a database may take: half of what this process may still take, but at most two thousand million. What
 * needs more is an error: nothing is written beside it.
 */
const memory = (): number => Math.max(2 ** 27, Math.min(2e9, Math.floor(process.availableMemory() / 2)));

/** Most threads: each takes memory of its own. */
const threads = (): number => Math.min(4, availableParallelism());

/** Calls `work` with an empty database in memory, and closes it. No extension is ever loaded. */
export const withDatabase = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${memory()}B`,
    threads: String(threads()),
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
