/**
 * The rows of Parquet files as JSON lines. The files are strangers': nothing that they or their names say reaches any
 * other file.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { writeWhole } from "../../files/atomic-file.ts";
import type { Columns } from "../../tasks/prompts/data-source.ts";
import { jsonLinesLimits } from "../../tasks/prompts/json-lines.ts";
import { identifier, literal, shutOff, withDatabase } from "../../files/database.ts";

/** Columns that an error names at most. */
const shown = 20;

/** Those that are read. `RangeError` when one that is needed is not there. */
const chosen = (there: readonly string[], { needed, known }: Columns): readonly string[] => {
  const missing = needed.find((name) => !there.includes(name));
  if (missing !== undefined)
    throw new RangeError(`expected a column ${JSON.stringify(missing)}, got ${there.slice(0, shown).join(", ")}`);
  const read = [...needed, ...known.filter((name) => there.includes(name))];
  if (read.length > 0) return read;
  throw new RangeError(
    `expected one of the columns ${known.join(", ")}, got ${there.slice(0, shown).join(", ")}; say what a ` +
      `"prompt" is made of`,
  );
};

const rowsOf = async (connection: DuckDBConnection, sql: string): Promise<string[]> =>
  (await connection.runAndReadAll(sql)).getRows().map(([value]) => String(value));

/** Each row as a line, as long as there are no more than a task can read. */
async function* linesOf(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
): AsyncGenerator<Uint8Array> {
  const fields = columns.map((name) => `${identifier(name)} := ${identifier(name)}`).join(", ");
  const result = await connection.stream(`SELECT CAST(to_json(struct_pack(${fields})) AS VARCHAR) FROM ${table}`);
  let [lines, bytes] = [0, 0];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const text = Buffer.from(
      chunk
        .getRows()
        .map(([line]) => `${String(line)}\n`)
        .join(""),
    );
    [lines, bytes] = [lines + chunk.rowCount, bytes + text.length];
    if (lines > jsonLinesLimits.lines) throw new RangeError(`expected at most ${jsonLinesLimits.lines} rows, got more`);
    if (bytes > jsonLinesLimits.bytes)
      throw new RangeError(`expected at most ${jsonLinesLimits.bytes} bytes of text, got more`);
    yield text;
  }
}

/**
 * Writes the rows of Parquet files of the same columns, one file after another, as JSON lines, whole or not at all.
 * `RangeError` that starts with the first file's path for what is no Parquet file, for a column that is not there, and
 * for more than a task can read.
 */
export const writeParquetLines = async (paths: readonly string[], columns: Columns, target: string): Promise<void> => {
  const table = `read_parquet([${paths.map(literal).join(", ")}])`;
  try {
    await withDatabase(async (connection) => {
      await shutOff(connection, paths);
      const there = await rowsOf(connection, `SELECT column_name FROM (DESCRIBE SELECT * FROM ${table})`);
      await writeWhole(target, linesOf(connection, table, chosen(there, columns)));
    });
  } catch (cause) {
    throw new RangeError(`${paths[0]}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};
