/** Tests of the database in memory. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { literal, shutOff, withDatabase } from "../../src/files/database.ts";

test("a database that is shut off reads the files that it was given and nothing else, and stays so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-database-"));
  const [open, secret, written] = ["open.csv", "secret.txt", "written.csv"].map((name) => join(folder, name));
  writeFileSync(open!, "a\n1\n");
  writeFileSync(secret!, "secret");
  await withDatabase(async (connection) => {
    await shutOff(connection, [open!]);
    expect((await connection.runAndReadAll(`FROM read_csv(${literal(open!)})`)).getRowsJson()).toEqual([["1"]]);
    const tries = [
      `FROM read_text(${literal(secret!)})`,
      `COPY (SELECT 1) TO ${literal(written!)}`,
      `ATTACH ${literal(written!)}`,
      "INSTALL httpfs",
      "FROM read_text('https://127.0.0.1/')",
      "SET enable_external_access = true",
      `SET allowed_paths = [${literal(secret!)}]`,
      "SET memory_limit = '64GB'",
    ];
    for (const sql of tries) await expect(connection.run(sql), sql).rejects.toThrow();
  });
  expect(existsSync(written!)).toBe(false);
  expect(readFileSync(secret!, "utf8")).toBe("secret");
});
