/** Tables of a database in memory, filled from what was read. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../files/database.ts";
import type { FlatCell, FlatTable } from "../tables/flat-table.ts";

/** The type of a column as SQL has it. */
export type ColumnType = "DOUBLE" | "BIGINT" | "BOOLEAN" | "VARCHAR" | "JSON" | "TIMESTAMPTZ";

/** The type that holds all cells: numbers and truth values as such, anything mixed as text. */
const typeOf = (cells: readonly FlatCell[]): ColumnType => {
  const kinds = new Set(cells.filter((cell) => cell !== undefined).map((cell) => typeof cell));
  if (kinds.size !== 1) return "VARCHAR";
  if (kinds.has("number")) return "DOUBLE";
  return kinds.has("boolean") ? "BOOLEAN" : "VARCHAR";
};

/** Creates a table of columns of these types and fills it with rows as they come. */
export const fillTable = async (
  connection: DuckDBConnection,
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: AsyncIterable<readonly FlatCell[]> | Iterable<readonly FlatCell[]>,
): Promise<void> => {
  const types = Object.values(columns);
  const fields = Object.entries(columns).map(([column, type]) => `${identifier(column)} ${type}`);
  await connection.run(`CREATE TABLE ${identifier(name)} (${fields.join(", ")})`);
  const appender = await connection.createAppender(name);
  for await (const row of rows) {
    row.forEach((cell, i) => {
      if (cell === undefined) appender.appendNull();
      else if (typeof cell === "number" && types[i] === "DOUBLE") appender.appendDouble(cell);
      else if (typeof cell === "number" && types[i] === "BIGINT") appender.appendBigInt(BigInt(cell));
      else if (typeof cell === "boolean" && types[i] === "BOOLEAN") appender.appendBoolean(cell);
      else appender.appendVarchar(String(cell));
    });
    appender.endRow();
  }
  appender.closeSync();
};

/** Creates a table with these rows. A column's type is that of its cells unless it is given. */
export const createTable = (
  connection: DuckDBConnection,
  name: string,
  { columns, rows }: FlatTable,
  given: Readonly<Record<string, ColumnType>> = {},
): Promise<void> => {
  const types = columns.map((column, i) => [column, given[column] ?? typeOf(rows.map((row) => row[i]))] as const);
  return fillTable(connection, name, Object.fromEntries(types), rows);
};
