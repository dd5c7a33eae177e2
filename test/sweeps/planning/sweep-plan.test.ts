/** Tests of planned sweeps. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { checkTrials, hasSweep, planSweep, planTrials, trialOf } from "../../../src/sweeps/planning/sweep-plan.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { refusal } from "../../fixtures/problems.ts";

const valid = readFileSync("test/fixtures/experiments/valid.json", "utf8");
const variants = readFileSync("test/fixtures/experiments/variants.yaml", "utf8");

const swept = (sweep: object) =>
  parseSource("x.json", valid.replace('"rollouts": {', `"sweep": ${JSON.stringify(sweep)},\n  "rollouts": {`));
const grid = { axes: { "/objective/alpha": [0.1, 0.25], "/seed": [0, 1] } };

const problems = (run: () => unknown): string[] => refusal(run).split("\n");

describe("the trials of a file", () => {
  test("are its run at other values, with the ids that these have anywhere", () => {
    const trials = planSweep(swept(grid));
    expect(trials.map(({ name, label }) => [name, label])).toEqual([
      ["trial", "alpha=0.1 seed=0"],
      ["trial", "alpha=0.1 seed=1"],
      ["trial", "alpha=0.25 seed=0"],
      ["trial", "alpha=0.25 seed=1"],
    ]);
    expect(trials[1]).toMatchObject({ axes: { "/objective/alpha": 0.1, "/seed": 1 }, values: { seed: 1, objective: { alpha: 0.1 } } });
    const alone = planSource(parseSource("x.json", valid), ["/objective/alpha=0.1", "/seed=1"]);
    expect(trials[1]?.id).toBe(alone[0]?.id);
    expect(trials[0]?.stages.map(({ id }) => id)).toEqual(trials[2]?.stages.map(({ id }) => id));
  });

  test("leave the file's own run as it is", () => {
    expect(planSource(swept(grid), [])[0]?.id).toBe(planSource(parseSource("x.json", valid), [])[0]?.id);
    expect(planSource(swept(grid), [])[0]).not.toHaveProperty("axes");
  });

  test("are those of each variant", () => {
    const source = parseSource("x.yaml", `${variants}sweep: { axes: { /seed: [0, 1] } }\n`);
    expect(planSweep(source).map(({ name, label }) => `${name} ${label}`)).toEqual([
      "sft More SFT: seed=0",
      "sft More SFT: seed=1",
      "distillation On-policy distillation: seed=0",
      "distillation On-policy distillation: seed=1",
      "both both: seed=0",
      "both both: seed=1",
    ]);
  });

  test("with the same id are one", () => {
    expect(planSweep(swept({ axes: { "/training/checks/rewardRange": [0, 1], "/seed": [3] } }))).toHaveLength(1);
  });

  test("may give what the file lacks", () => {
    const text = valid.replace('"alpha": 0.25, ', "").replace('"rollouts": {', `"sweep": ${JSON.stringify(grid)}, "rollouts": {`);
    expect(planSweep(parseSource("x.json", text))).toHaveLength(4);
  });

  test("of an axis from the command line", () => {
    expect(planSweep(parseSource("x.json", valid), ['/sweep={"axes": {"/seed": [1, 2, 3]}}'])).toHaveLength(3);
    expect(
      planSweep(swept(grid), ["/sweep/axes/~1seed=[7]", "/training/steps=3"]).map(({ values }) => [values.seed, values.training.steps]),
    ).toEqual([
      [7, 3],
      [7, 3],
    ]);
  });

  test("say what is kept of them", () => {
    const trials = planTrials(checkTrials(swept(grid), []), new FileContext(), trialOf);
    expect(trials).toHaveLength(4);
    expect(trials[0]).toEqual({
      id: planSweep(swept(grid))[0]?.id,
      name: "trial",
      label: "alpha=0.1 seed=0",
      axes: { "/objective/alpha": 0.1, "/seed": 0 },
      steps: 20,
    });
  });
});

describe("problems", () => {
  test("are located where the sweep gives the value, all in one pass", () => {
    const found = problems(() => planSweep(swept({ axes: { "/objective/alpha": [0.1, 2, "x"], "/seed": [0, -1] } })));
    expect(found).toEqual([
      expect.stringMatching(/^x\.json:7:\d+: \/sweep\/axes\/~1objective~1alpha\/1: expected a number from 0 to 1, .*got 2$/u),
      expect.stringMatching(/^x\.json:7:\d+: \/sweep\/axes\/~1objective~1alpha\/2: .*got "x"$/u),
      expect.stringMatching(/^x\.json:7:\d+: \/sweep\/axes\/~1seed\/1: expected a whole number from 0 to .*got -1$/u),
    ]);
  });

  test("between parts name the trial that has them", () => {
    const found = problems(() => planSweep(swept({ axes: { "/rollouts/group": [4, 5] } })));
    expect(found).toEqual([
      expect.stringMatching(/\/training\/batch: expected a multiple of \/rollouts\/group = 5, such as 35, got 32 \(trial group=5\)$/u),
    ]);
  });

  test("of the file itself are told once", () => {
    const text = valid.replace('"steps": 20', '"steps": 0').replace('"rollouts": {', `"sweep": ${JSON.stringify(grid)}, "rollouts": {`);
    expect(problems(() => planSweep(parseSource("x.json", text)))).toEqual([expect.stringMatching(/\/training\/steps: .*got 0$/u)]);
  });

  test("are cut where they are many", () => {
    const found = problems(() => planSweep(swept({ axes: { "/objective/alpha": Array.from({ length: 50 }, (_, i) => i + 2) } })));
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe("x.json: /sweep: 30 more problems of trials like these");
  });

  test.each<[string, object, readonly string[], RegExp]>([
    [
      "an unknown axis",
      { axes: { "/objective/alpah": [1] } },
      [],
      /\/sweep\/axes\/~1objective~1alpah: unknown key "alpah"; did you mean "alpha"/u,
    ],
    ["a value without a key", { axes: { "/seed/deep": [1] } }, [], /\/sweep\/axes\/~1seed~1deep\/0: expected a whole number/u],
    ["a value inside a text", { axes: { "/question/deep": [1] } }, [], /expected a value that decides a result, got "question"/u],
    [
      "a value inside a number",
      { axes: { "/training/steps/deep": [1] } },
      [],
      /~1deep\/0: expected an object at \/training\/steps to hold "deep"/u,
    ],
    [
      "a key in a part that no file has",
      { axes: { "/trainning/steps": [1] } },
      [],
      /\/sweep\/axes\/~1trainning~1steps: unknown key "trainning"/u,
    ],
    ["an override of an axis", grid, ["/seed=3"], /the command line sets \/seed too/u],
    ["a sweep's own mistake", { axis: {} }, [], /\/sweep\/axis: unknown key "axis"/u],
  ])("%s", (_name, sweep, overrides, message) => {
    expect(problems(() => planSweep(swept(sweep), overrides)).join("\n")).toMatch(message);
  });

  test("is a file without a sweep", () => {
    expect(hasSweep(readExperiment("test/fixtures/experiments/valid.json"))).toBe(false);
    expect(hasSweep(readExperiment("test/fixtures/experiments/valid.json"), ['/sweep={"axes": {"/seed": [1]}}'])).toBe(true);
    expect(problems(() => planSweep(parseSource("x.json", valid)))[0]).toContain("the file has no sweep; add one");
  });
});
