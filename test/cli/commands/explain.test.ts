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

test("what it takes comes first, then what the file says; defaults are folded, and --all prints them", async () => {
  const { output } = await retort("explain", path, "--cache", "no-cache");
  expect(output).toMatch(/^run.*\ntakes \d+ steps of 3 trainings, \d+ MiB at most, time not measured yet\n/u);
  expect(output).toMatch(/^and \d+ defaults, which --all shows$/mu);
  expect(output).not.toMatch(/ default$/mu);
  expect((await retort("explain", path, "--cache", "no-cache", "--all")).output).toMatch(/^\/training\/clipNorm +1 +default$/mu);
});

test("it says which plug-in took the place of which, and how many trials a sweep has", async () => {
  const { output } = await retort(
    "explain",
    path,
    "/objective/divergence/type=reverse-kl",
    "/sweep/axes/seed=[0,1]",
    "--cache",
    "no-cache",
  );
  expect(output).toMatch(/^sweep of 2 trials: time not measured yet\n/u);
  expect(output).not.toContain("at once");
  expect(output).toMatch(/^\/objective\/divergence: reverse-kl takes the place of /mu);
});

test("retort explain --json, and a file that is wrong", async () => {
  const { output } = await retort("explain", path, "--json", "--cache", "no-cache");
  expect(JSON.parse(output)).toMatchObject([{ name: "run", trainings: [{ made: false }, { made: false }, { name: "run", steps: 4 }] }]);
  expect(await retort("explain", path, "/seed=-1")).toMatchObject({ code: 2, output: "" });
});
