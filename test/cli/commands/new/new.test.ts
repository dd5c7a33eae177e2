/** Tests of `retort new`. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
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
