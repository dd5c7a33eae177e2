/** Tests of `retort runs`. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { recorder } from "../recorder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-runs-"));
});

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

test("lists runs newest first, with their status", async () => {
  const old = writeRunFolder(root, { values: { seed: 0 }, axes: { "/training/seed": 0 }, accuracy: 0.25, minute: 1 });
  const young = writeRunFolder(root, { file: "other", name: "sft", values: { seed: 1 }, status: "failed", minute: 2 });
  const { code, output, errors } = await retort("runs", root);
  expect(code).toBe(0);
  const [, , ...rows] = output.trimEnd().split("\n");
  expect(rows[0]).toMatch(/^sft +failed +- +- +2026-01-01 00:02 /u);
  expect(rows[0]!.endsWith(young)).toBe(true);
  expect(rows[1]).toMatch(/^trial seed=0 +done +25\.0% +1:01 +2026-01-01 00:01 /u);
  expect(rows[1]!.endsWith(old)).toBe(true);
  expect(errors).toBe("\n1 failed, 1 done\n");
});

test("chooses by status, file and name, and says how many it does not show", async () => {
  for (const seed of [0, 1, 2]) writeRunFolder(root, { values: { seed }, minute: seed });
  writeRunFolder(root, { values: { seed: 3 }, status: "interrupted" });
  writeRunFolder(root, { file: "b", name: "sft", values: { seed: 4 } });
  const statuses = async (...flags: string[]) => {
    const { output } = await retort("runs", root, "--json", ...flags);
    return output
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "").length;
  };
  expect(await statuses()).toBe(5);
  expect(await statuses("--status", "done")).toBe(4);
  expect(await statuses("--status", "done", "--status", "interrupted")).toBe(5);
  expect(await statuses("--file", "b")).toBe(1);
  expect(await statuses("--name", "sft", "--status", "failed")).toBe(0);
  const { output, errors } = await retort("runs", root, "--limit", "2");
  expect(output.trimEnd().split("\n")).toHaveLength(4);
  expect(errors).toContain("4 done, 1 interrupted; 3 older ones are not shown: --limit 0 shows all");
  expect(await retort("runs", root, "--status", "great")).toMatchObject({ code: 2, output: "" });
});

test("a run whose process is gone is interrupted, though it could not say so", async () => {
  writeRunFolder(root, { status: "running" });
  expect((await retort("runs", root, "--status", "running")).errors).toBe(`no runs that the flags choose in ${root}\n`);
  expect((await retort("runs", root, "--status", "interrupted")).errors).toBe("\n1 interrupted\n");
});

test("prints each run as JSON, whatever its numbers are", async () => {
  const folder = writeRunFolder(root, { values: { seed: 7 }, metrics: { loss: Number.NaN } });
  const { output } = await retort("runs", root, "--json");
  expect(JSON.parse(output)).toMatchObject({ folder, name: "trial", status: "done", values: { seed: 7 }, metrics: { loss: "NaN" } });
});

test("says what is damaged and continues, and keeps strangers' control characters off the terminal", async () => {
  for (const digit of "0123456") mkdirSync(join(root, "sweep", `trial-${digit.repeat(16)}`), { recursive: true });
  writeRunFolder(root, { name: "\u001B[2J" });
  const { code, output, errors } = await retort("runs", root);
  expect(code).toBe(0);
  expect(output).toContain("\\u001b[2J");
  expect(output).not.toContain("\u001B");
  expect(errors).toContain("damaged: ");
  expect(errors).toContain("trial-0000000000000000: no manifest.json\n");
  expect(errors).toContain("damaged: 2 more folders\n");
});

test("says that there is nothing", async () => {
  expect(await retort("runs", root)).toEqual({ code: 0, output: "", errors: `no runs in ${root}\n` });
  writeRunFolder(root);
  expect((await retort("runs", root, "--file", "b")).errors).toBe(`no runs that the flags choose in ${root}\n`);
  const nowhere = await retort("runs", join(root, "nowhere"));
  expect(nowhere).toMatchObject({ code: 2, output: "" });
  expect(nowhere.errors).toContain("expected a folder");
});
