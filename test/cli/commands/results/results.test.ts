/** Tests of `retort results`. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { readRuns } from "../../../../src/runs/reading/read-runs.ts";
import { mixedIn, settingAccuracies, writeMixedRuns } from "../../../fixtures/mixed-runs.ts";
import { writeRunFolder } from "../../../fixtures/run-folders.ts";
import { recorder } from "../../recorder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-results-"));
  for (const alpha of [0.9, 0.1]) {
    for (const seed of [0, 1]) {
      const values = { objective: { alpha }, seed };
      const metrics = { loss: 2, "divergence/jsd": 0.125, "gradient/norm": 1, "policy/entropy": 3, "rollouts/length": 4 };
      writeRunFolder(root, { values, axes: { "/objective/alpha": alpha, "/seed": seed }, accuracy: alpha / 2 + seed / 10, metrics });
    }
  }
});

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

test("shows the parameters that differ beside the metrics that matter most, and names the others", async () => {
  const { code, output, errors } = await retort("results", root);
  expect(code).toBe(0);
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/u));
  expect(lines[0]).toEqual(["/objective/alpha", "/seed", "accuracy", "loss", "divergence/jsd", "gradient/norm"]);
  expect(lines.slice(2).map((line) => line.join(" ").trim())).toEqual([
    "0.1000 0 0.05000 2 0.1250 1",
    "0.1000 1 0.1500 2 0.1250 1",
    "0.9000 0 0.4500 2 0.1250 1",
    "0.9000 1 0.5500 2 0.1250 1",
  ]);
  expect(errors).toContain("not shown: policy/entropy, rollouts/length; --parameter");
});

test("over seeds a row is a mean and how sure it is", async () => {
  const { output } = await retort("results", root, "--over", "/seed", "--metric", "accuracy", "--sort", "accuracy", "--descending");
  expect(
    output
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/u)),
  ).toEqual([
    ["/objective/alpha", "runs", "accuracy"],
    ["----------------", "----", "----------"],
    ["0.9000", "2", "0.5 ± 0.05"],
    ["0.1000", "2", "0.1 ± 0.05"],
  ]);
  const bootstrap = await retort("results", root, "--over", "/seed", "--metric", "accuracy", "--interval", "bootstrap");
  expect(bootstrap.output).toContain("0.5 [0.45, 0.55]");
});

test("over seeds also where runs do not differ in them; what is not asked for and differs is a column all the same", async () => {
  const mixed = writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-results-")));
  const over = ["--over", "/seed", "--metric", "accuracy"];
  const { output, errors } = await retort("results", mixed, ...over, "--parameter", "/objective/alpha", "--sort", "accuracy");
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/u));
  expect(lines[0]!.toSorted()).toEqual([...Object.keys(mixedIn), "accuracy", "runs"].toSorted());
  expect(lines.slice(2).map((line) => line.slice(-2))).toEqual(settingAccuracies.map((mean) => ["2", `${mean + 0.25} ± 0.25`]));
  expect(output).toContain(mixedIn["file reward.ts"][0].slice(0, 8));
  expect(errors).toContain("shown too: file reward.ts, file data.jsonl; no mean is taken of runs that differ in more than --over");
  const [one] = readRuns(mixed).runs;
  expect((await retort("results", one!.folder, ...over)).output).toMatch(/^runs +accuracy\n-+ +-+\n +1 +\d/u);
});

test("writes CSV and JSON with every column", async () => {
  const file = join(root, "all.csv");
  const { output, errors } = await retort("results", root, "--csv", file);
  expect({ output, errors }).toEqual({ output: "", errors: `4 rows in ${file}\n` });
  const [head, first] = readFileSync(file, "utf8").split("\r\n");
  expect(head).toBe(
    "file,run,label,status,id,folder,milliseconds,/objective/alpha,/seed,accuracy,loss,divergence/jsd,gradient/norm,policy/entropy,rollouts/length",
  );
  expect(first).toMatch(/^sweep,trial,trial,done,[0-9a-f]{64},.*,61000,0\.1,0,0\.05,2,0\.125,1,3,4$/u);
  expect((await retort("results", root, "--csv", "-")).output).toBe(readFileSync(file, "utf8"));
  const json = (await retort("results", root, "--json", "--over", "/seed")).output.trimEnd().split("\n");
  expect(json.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { file: "sweep", "/objective/alpha": 0.1, runs: 2, "accuracy/n": 2 },
    { file: "sweep", "/objective/alpha": 0.9, runs: 2, "accuracy/n": 2 },
  ]);
});

test("gives each file its own table, and says what is left out", async () => {
  for (const name of ["sft", "gkd"]) writeRunFolder(root, { file: "ladder", name, values: { [name]: 1 }, accuracy: 0.5 });
  writeRunFolder(root, { file: "ladder", name: "rl", values: { rl: 1 }, status: "interrupted" });
  const { output, errors } = await retort("results", root);
  expect(output).toMatch(/^ladder\n\nrun +\/gkd +\/sft +accuracy\n[^]*\ngkd [^]*\nsft [^]*\n\nsweep\n\n\/objective\/alpha /u);
  expect(errors).toContain("left out: 1 not done (retort runs shows them)\n");
});

test("refuses names that no run has, with those that there are", async () => {
  const refused = async (...flags: string[]) => {
    const { code, output, errors } = await retort("results", root, ...flags);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    return errors;
  };
  expect(await refused("--metric", "acuracy")).toContain('--metric: expected one that a run has, got "acuracy"');
  expect(await refused("--parameter", "/alpha")).toContain("expected a pointer to a value that a run has");
  expect(await refused("--parameter", "alpha")).toContain('starts with "/"');
  expect(await refused("--over", "/beta")).toContain("one of /objective/alpha, /seed");
  expect(await refused("--sort", "beta")).toContain('to sort by, got "beta"');
});

test("says that there is nothing", async () => {
  const empty = mkdtempSync(join(tmpdir(), "retort-results-"));
  writeRunFolder(empty, { status: "running" });
  expect((await retort("results", empty)).errors).toBe(`no finished runs in ${empty}; left out: 1 not done (retort runs shows them)\n`);
});

test("answers SQL, as a table and as files, and says what is wrong with it", async () => {
  const sql = ["--sql", "SELECT parameters->>'/objective/alpha' AS alpha, avg(accuracy) AS mean FROM runs GROUP BY alpha ORDER BY alpha"];
  const { code, output } = await retort("results", root, ...sql);
  expect(code).toBe(0);
  expect(output).toMatch(/^alpha +mean\n-+ +-+\n0\.1 +0\.1000\n0\.9 +0\.5000\n$/u);
  const file = join(root, "means.parquet");
  expect(await retort("results", root, ...sql, "--parquet", file)).toEqual({ code: 0, output: "", errors: `2 rows in ${file}\n` });
  expect(readFileSync(file).subarray(0, 4).toString()).toBe("PAR1");
  expect((await retort("results", root, ...sql, "--csv", "-")).output.split("\r\n")[0]).toBe("alpha,mean");
  expect((await retort("results", root, "--sql", "SELECT '=1+1' AS computed", "--csv", "-")).output).toBe("computed\r\n'=1+1\r\n");
  const wrong = await retort("results", root, "--sql", "DROP TABLE runs");
  expect(wrong).toMatchObject({ code: 2, output: "" });
  expect(wrong.errors).toContain("expected a question (SELECT, DESCRIBE), got DROP");
  // One wide cell makes all rows as wide: the answer is small, its table would not be.
  const wide = ["--sql", "SELECT range AS i, CASE WHEN range = 0 THEN repeat('x', 100000) END AS text FROM range(2000)"];
  const refused = await retort("results", root, ...wide);
  expect(refused).toMatchObject({ code: 2, output: "" });
  expect(refused.errors).toContain("--sql: expected a table of at most 67108864 characters, got 200008000; add LIMIT");
  expect((await retort("results", root, ...wide, "--csv", "-")).output.split("\r\n")).toHaveLength(2002);
});
