/** Tests of `retort new`. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { modelPolicy, writeModel } from "../../../fixtures/model-folder.ts";
import { recorder } from "../../recorder.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-new-"));
const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

test("writes a file that runs, says what comes next, and never writes over one", async () => {
  const file = join(folder, "a.json");
  const written = await retort("new", file, "--yes", "--rung", "sft", "--student", "1x8", "--steps", "2");
  expect(written).toEqual({ code: 0, output: "", errors: `${file} is written\n\n  retort validate ${file}\n  retort run ${file}\n` });
  const small = ["/task/train=12", "/task/test=4", "/evaluation/prompts=4", "/training/batch=4"];
  const ran = await retort("run", file, ...small, "--quiet", "--out", join(folder, "runs"), "--cache", join(folder, "cache"));
  expect(ran.code).toBe(0);
  const before = readFileSync(file, "utf8");
  const again = await retort("new", file, "--yes");
  expect(again).toMatchObject({ code: 2, output: "" });
  expect(again.errors).toContain("a.json is there already");
  expect(readFileSync(file, "utf8")).toBe(before);
}, 60_000);

test("prints it instead of a file", async () => {
  const { code, output, errors } = await retort("new", "-", "--yes", "--sweep");
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toMatch(/^\{\n {2}"\$schema": ".*schema\/experiment\.json",\n/u);
  expect(output).toContain('"/objective/alpha": [0.25, 0.5, 0.75]');
});

test("refuses what it cannot ask or make a file of, and writes none", async () => {
  const file = join(folder, "none.json");
  expect((await retort("new", file)).errors).toContain("expected a terminal to ask on, or --yes");
  expect((await retort("new", file, "--yes", "--rung", "top")).errors).toContain("Allowed choices are sft");
  expect(await retort("new", file, "--yes", "--student", "2x63")).toMatchObject({ code: 2 });
  expect(existsSync(file)).toBe(false);
});

test("without references it writes a reward beside the file, in which the values are to be seen", async () => {
  const own = mkdtempSync(join(tmpdir(), "retort-new-"));
  const [file, prompts, model] = [join(own, "a.yaml"), join(own, "p.csv"), join(own, "model")];
  writeFileSync(prompts, `text,id\n${Array.from({ length: 6 }, (_, i) => `"say ${i},\nagain",${i}`).join("\n")}\n`);
  await writeModel(model, 1, modelPolicy(1, 256));
  const flags = ["--yes", "--rung", "rl", "--student", model, "--prompts", prompts];
  const written = await retort("new", file, ...flags);
  expect(written).toMatchObject({ code: 0, output: "", errors: expect.stringContaining("reward.ts is written: the reward") as string });
  expect(readFileSync(file, "utf8")).toMatch(/test: 1\n[^]*# A function of your own[^\n]*\nrewards:\n {2}- module: reward\.ts\n/u);
  const { code, output } = await retort("validate", file);
  expect(code).toBe(0);
  expect(output).toMatch(/\/rewards\/0 {2}reward +1 +0\n/u);
  // What is refused leaves nothing behind.
  const other = join(own, "other");
  mkdirSync(other);
  expect(await retort("new", join(other, "b.json"), ...flags, "--prompt", "{none}")).toMatchObject({ code: 2 });
  expect(readdirSync(other)).toEqual([]);
}, 60_000);
