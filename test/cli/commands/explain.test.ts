/** Tests of `retort explain`. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const path = "test/fixtures/experiments/small.yaml";
const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

test("retort explain prints values with their locations, and trainings with what they take", async () => {
  const { code, output, errors } = await retort("explain", path, "/seed=5", "--out", "no-runs", "--cache", "no-cache");
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toMatch(/^\/seed +5 +command line$/mu);
  expect(output).toMatch(/^\/objective\/alpha +0\.5 +test\/fixtures\/experiments\/small\.yaml:\d+:\d+$/mu);
  expect(output).toMatch(/^run +run +12 +4 +4 +32 +\d+ +\d+ MiB +not measured yet +[0-9a-f]{16}$/mu);
});

test("retort explain --json, and a file that is wrong", async () => {
  const { output } = await retort("explain", path, "--json", "--cache", "no-cache");
  expect(JSON.parse(output)).toMatchObject([{ name: "run", trainings: [{ made: false }, { made: false }, { name: "run", steps: 4 }] }]);
  expect(await retort("explain", path, "/seed=-1")).toMatchObject({ code: 2, output: "" });
});
