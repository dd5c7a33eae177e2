/** Tests of SQL over runs. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { queryRuns } from "../../../src/results/sql/query.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { settingAccuracies, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-query-it's-"));
const first = writeRunFolder(root, { name: "first", values: { objective: { alpha: 0.5 } }, accuracy: 0.25, metrics: { loss: Number.NaN } });
writeRunFolder(root, { name: "second", values: { objective: { alpha: 1 } }, status: "failed" });
const lines = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");
writeFileSync(
  join(first, "metrics.jsonl"),
  lines([
    { kind: "step", step: 1, steps: 2, metrics: { loss: 2, reward: 0.5 } },
    { kind: "warning", step: 1, check: "x", message: "hm" },
    { kind: "step", step: 2, steps: 2, metrics: { loss: "NaN", reward: 1 } },
    { kind: "evaluation", step: 2, accuracy: 0.25, metrics: { "evaluation/x": 3 } },
  ]) + '{"kind": "st',
);
writeFileSync(
  join(first, "rollouts.jsonl"),
  lines([{ step: 1, prompt: "1+1=", completion: "2", tokens: 2, parts: { exact: 1 }, reward: 1 }]),
);
writeFileSync(join(first, "timings.jsonl"), lines([{ step: 1, milliseconds: 12.5, tokens: 64, "time/update": 3 }]));
const { runs } = readRuns(root);
const sql = async (query: string) => (await queryRuns(runs, query)).rows;

describe("tables", () => {
  test("runs have what was asked and what came out", async () => {
    expect(
      await sql(
        "SELECT run, status, accuracy, milliseconds, (parameters->>'/objective/alpha')::DOUBLE, metrics->>'loss', year(started) FROM runs ORDER BY run",
      ),
    ).toEqual([
      ["first", "done", 0.25, 61_000, 0.5, "NaN", 2026],
      ["second", "failed", undefined, undefined, 1, undefined, 2026],
    ]);
  });

  test("metrics are one row a step and name; a line that was cut is left out", async () => {
    expect(await sql("SELECT kind, step, name, value, run FROM metrics JOIN runs USING (folder) ORDER BY step, kind, name")).toEqual([
      ["step", 1, "loss", 2, "first"],
      ["step", 1, "reward", 0.5, "first"],
      ["evaluation", 2, "accuracy", 0.25, "first"],
      ["evaluation", 2, "evaluation/x", 3, "first"],
      ["step", 2, "loss", Number.NaN, "first"],
      ["step", 2, "reward", 1, "first"],
    ]);
  });

  test("rollouts and timings are as in their files", async () => {
    expect(await sql("SELECT folder, step, completion, parts['exact'], advantage FROM rollouts")).toEqual([[first, 1, "2", 1, undefined]]);
    expect(await sql(`SELECT step, milliseconds, tokens, "time/update", "time/rollouts" FROM timings`)).toEqual([
      [1, 12.5, 64, 3, undefined],
    ]);
  });

  test("are there where no run has their files", async () => {
    const { runs: bare } = readRuns(root);
    const without = bare.filter(({ folder }) => folder !== first);
    expect(await queryRuns(without, "SELECT count(*) FROM metrics, rollouts, timings")).toMatchObject({ rows: [[0]] });
    expect(await queryRuns([], "SELECT count(*) FROM runs")).toMatchObject({ rows: [[0]] });
  });

  test("answers keep names apart, and lists as JSON", async () => {
    expect(
      await queryRuns([], "SELECT 1 AS a, [1, 2] AS a, 9007199254740993::BIGINT AS b, TIMESTAMPTZ '2026-01-01 00:00:00Z' AS t"),
    ).toMatchObject({
      rows: [[1, expect.stringContaining("1"), "9007199254740993", "2026-01-01T00:00:00.000Z"]],
    });
    expect(new Set((await queryRuns([], "SELECT 1 AS a, 2 AS a")).columns).size).toBe(2);
  });
});

describe("what is refused", () => {
  test.each([
    ["SELECT 1; SELECT 2", /expected one statement, got 2/u],
    [" ", /expected one statement, got none/u],
    ["DROP VIEW metrics", /expected a question \(SELECT, DESCRIBE\), got DROP/u],
    ["SELECT nothing FROM runs", /sql: .*nothing/u],
    ["SELEKT 1", /sql: .*syntax error/u],
    ["FROM range(1000001)", /at most 1000000 rows, got more; add LIMIT/u],
    ["SELECT repeat('a', 100000) FROM range(5000)", /answer of at most 134217728 characters, got more; add LIMIT, ask for fewer columns/u],
    [
      "SELECT repeat('a', 100000) FROM range(30000) ORDER BY hash(range)",
      /^sql: Out of Memory Error: [^\n]*; sort, group or join fewer rows/u,
    ],
    ["FROM 'https://example.org/runs.parquet'", /sql: (?:Permission|Missing Extension|Catalog) Error/u],
    ["INSTALL httpfs", /expected a question/u],
    ["SET enable_external_access = true", /expected a question/u],
    [`FROM read_text('${process.execPath}')`, /sql: Permission Error/u],
  ])("%s", async (query, message) => {
    const error: unknown = await queryRuns(runs, query).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(message);
  });

  test("memory and threads have a bound, nothing is written beside it, and none of that can be changed", async () => {
    const [[memory, ...rest] = []] = await sql(
      "SELECT current_setting('memory_limit'), current_setting('threads') <= 4, " +
        "current_setting('temp_directory'), current_setting('enable_external_access'), current_setting('lock_configuration')",
    );
    expect(memory).toMatch(/^(?:1\.[0-8] GiB|[1-9][0-9]{2}\.[0-9] MiB)$/u);
    expect(rest).toEqual([true, "", false, true]);
  });

  test("a file that a query may read is not written", async () => {
    const path = join(first, "metrics.jsonl");
    const before = readFileSync(path, "utf8");
    await expect(sql(`COPY (SELECT count(*) FROM metrics) TO '${path.replaceAll("'", "''")}'`)).rejects.toThrow(/sql: /u);
    expect(readFileSync(path, "utf8")).toBe(before);
  });
});

test("runs that differ in more than seeds have other settings, so that a mean by setting is of seeds alone", async () => {
  const mixed = readRuns(writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-query-")))).runs;
  const { rows } = await queryRuns(mixed, "SELECT avg(accuracy), count(*) FROM runs GROUP BY setting ORDER BY 1");
  expect(rows).toEqual(settingAccuracies.map((accuracy) => [accuracy + 0.25, 2]));
  const codes = await queryRuns(mixed, `SELECT count(DISTINCT files->>'reward.ts'), any_value(version) FROM runs`);
  expect(codes.rows).toEqual([[2, "unknown"]]);
});
