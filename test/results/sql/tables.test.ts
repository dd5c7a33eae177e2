/** Tests of tables of a database in memory. */
import { expect, test } from "vitest";
import { identifier, literal, withDatabase } from "../../../src/files/database.ts";
import { createTable } from "../../../src/results/sql/tables.ts";

test("columns have the type of their cells, and names and texts of any letters", async () => {
  const rows = [
    [1, true, "it's", 1, undefined],
    [Number.NaN, undefined, "b", "x", undefined],
  ];
  const columns = ['a "b"', "c", "d", "mixed", "nothing"];
  const found = await withDatabase(async (connection) => {
    await createTable(connection, "odd's", { columns, rows });
    const types = await connection.runAndReadAll(`SELECT column_type FROM (DESCRIBE ${identifier("odd's")})`);
    const values = await connection.runAndReadAll(`SELECT * FROM ${identifier("odd's")} WHERE d = ${literal("it's")}`);
    return { types: types.getRows().flat(), names: values.columnNames(), values: values.getRows() };
  });
  expect(found).toEqual({
    types: ["DOUBLE", "BOOLEAN", "VARCHAR", "VARCHAR", "VARCHAR"],
    names: columns,
    values: [[1, true, "it's", "1", null]],
  });
});
