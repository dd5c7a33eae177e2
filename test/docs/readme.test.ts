/** The README is short, and what it shows is what there is: its commands run as they are written and print what it says. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planExperiment } from "../../src/experiments/planning/run-plan.ts";
import { compiledCommand } from "../fixtures/compiled-command.ts";
import { blocksOf, commandsOf, textOf } from "./pages.ts";

const readme = textOf("README.md");
const commands = commandsOf("README.md");
const byRetort = commands.filter((command) => command.startsWith("npx retort-rl "));
const byNpm = commands.filter((command) => !byRetort.includes(command));

/** What the README shows right below a block with this command alone. */
const shown = (command: string): string | undefined => {
  const blocks = blocksOf("README.md");
  const index = blocks.findIndex(({ text }) => text.trimEnd() === command);
  const next = blocks[index + 1];
  return next?.language === "text" ? next.text : undefined;
};

/** A folder as a reader's clone is before anything has run in it, with an `npx` that starts the command of the tests. */
const clone = mkdtempSync(join(tmpdir(), "retort-readme-"));
const bin = join(clone, "bin");
beforeAll(() => {
  for (const folder of ["experiments", "schema"]) cpSync(folder, join(clone, folder), { recursive: true });
  cpSync("test/fixtures/npx.sh", join(bin, "npx"));
  chmodSync(join(bin, "npx"), 0o755);
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

/** A command as it is written, in a shell: all that it prints. */
const printed = (command: string): string => {
  const { RETORT_OVERRIDES: _, FORCE_COLOR: __, ...environment } = process.env;
  const env = { ...environment, PATH: `${bin}${delimiter}${process.env["PATH"]}`, NODE: process.execPath, RETORT: compiledCommand };
  const { stdout, error } = spawnSync("sh", ["-c", `${command} 2>&1`], { cwd: clone, encoding: "utf8", env });
  if (error !== undefined) throw error;
  return stdout;
};

/** Ids change with the package's version. */
const withoutIds = (text: string): string => text.replaceAll(/\b[0-9a-f]{16}\b/gu, "0".repeat(16));

describe("README", () => {
  test("has at most 8,000 bytes", () => {
    expect(statSync("README.md").size).toBeLessThanOrEqual(8000);
  });

  test("begins with two commands, and what the second one prints at its end", () => {
    expect(commands.slice(0, 2)).toEqual(["npm ci", "npm start"]);
    const [run] = planExperiment("experiments/quickstart.json");
    const [, table] = /```text\n(result [^]*?)```/u.exec(readme) ?? [];
    const rows = table!.trimEnd().split("\n").slice(2);
    const label = (row: string): string => row.split(/ {2,}/u)[0]!;
    expect(rows.map(label).toSorted()).toEqual([run!.label, ...run!.stages.map(({ name }) => name)].toSorted());
    for (const row of rows) {
      expect(row).toMatch(/ {2}\d\d\.\d% {5}\d:\d\d {2}(?:\.retort\/stages\/|runs\/quickstart\/run-)[0-9a-f]{16}$/u);
    }
  });

  test.each(byNpm)("%s is run by continuous integration on a clean clone", (command) => {
    expect(readFileSync(".ci/run", "utf8")).toMatch(new RegExp(`(?:^|" )${command}$`, "mu"));
  });

  test.each(byRetort)("%s prints what is shown", (command) => {
    expect(withoutIds(printed(command))).toBe(withoutIds(shown(command)!));
  });

  test("shows an experiment file as it is", () => {
    const [, path] = /\[(experiments\/[\w./-]+\.json)\]\([^)]*\), whose/u.exec(readme) ?? [];
    expect(blocksOf("README.md").find(({ language }) => language === "json")?.text).toBe(readFileSync(path!, "utf8"));
  });

  test("has a row for each rung of the ladder", () => {
    const rungs = planExperiment("experiments/ladder.json").map(({ label }) => label);
    const rows = [...readme.matchAll(/^\| (\d .+?) +\| \d\d\.\d %/gmu)].map(([, label]) => label!);
    expect(rows.map((row, index) => (row.startsWith(`${rungs[index]},`) ? rungs[index] : row))).toEqual(rungs);
  });

  test("has a picture that loads quickly", () => {
    const pictures = [...readme.matchAll(/!\[[^\]]+\]\(([^)]+)\)/gu)].map(([, path]) => path!);
    expect(pictures.map((path) => basename(path))).toEqual(["live-rollouts.png"]);
    for (const path of pictures) expect(statSync(path).size).toBeLessThanOrEqual(150_000);
  });
});
