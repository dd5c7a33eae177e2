/** Tests of `retort stages`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { stageFiles, stageStoreIn } from "../../../../src/experiments/stage-store/stage-store.ts";
import { planExperiment } from "../../../../src/experiments/planning/run-plan.ts";
import { recorder } from "../../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-stages-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = "test/fixtures/experiments/valid.json";

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return {
    code: await main(["stages", "--out", join(root, "runs"), "--cache", root, ...args], terminal),
    output: output(),
    errors: errors(),
  };
};

test("retort stages lists results, and says why one is not what a file asks for", async () => {
  const teacher = planExperiment(path)[0]!.stages.find(({ name }) => name === "teacher")!;
  const folder = stageStoreIn(join(root, "stages")).folder(teacher.id);
  mkdirSync(folder, { recursive: true });
  for (const name of stageFiles) writeFileSync(join(folder, name), "x");
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...teacher, accuracy: 0.25 }));
  expect((await retort()).output).toMatch(
    new RegExp(
      `^teacher +25\\.0% +1 +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +0 +${teacher.id.slice(0, 16)}$`,
      "mu",
    ),
  );
  const { code, output } = await retort("--file", path);
  expect(code).toBe(0);
  expect(output).toContain(`made: ${folder}\n`);
  expect(output).toMatch(/^sft-student {2}[0-9a-f]{16} {2}to be made; none of this name is stored$/mu);
  const stale = await retort("--file", path, "/stages/teacher/training/steps=31");
  expect(stale.output).toContain("\n  /training/steps: 31, and there 30\n");
  expect(JSON.parse((await retort("--file", path, "--json")).output)).toContainEqual({ name: "teacher", id: teacher.id, folder });
});

test.each(["lst", "/seed=1"])("%s without a file is said, and nothing is listed", async (word) => {
  const { code, output, errors } = await retort(word);
  expect({ code, output }).toEqual({ code: 2, output: "" });
  expect(errors).toContain(`error: unknown command '${word}', expected prune, or --file <file> before values to set\n`);
});
