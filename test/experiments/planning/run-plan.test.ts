/** Tests of plans: runs, stages, ids. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planExperiment, planSource } from "../../../src/experiments/planning/run-plan.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { refusal } from "../../fixtures/problems.ts";

const fixture = (name: string): string => `test/fixtures/experiments/${name}`;
const valid = readFileSync(fixture("valid.json"), "utf8");
const variants = readFileSync(fixture("variants.yaml"), "utf8");
const only = (runs: readonly PlannedRun[]): PlannedRun => {
  expect(runs).toHaveLength(1);
  return runs[0]!;
};
const plan = (...overrides: string[]): PlannedRun => only(planSource(parseSource("x.json", valid), overrides));
const planVariants = (...overrides: string[]) => planSource(parseSource("x.yaml", variants), overrides);

const problems = (run: () => unknown): string[] => refusal(run).split("\n");

describe("a file without variants", () => {
  test("is one run with its stages before it", () => {
    const run = only(planExperiment(fixture("valid.json")));
    expect(run).toMatchObject({ name: "run", label: "run", path: fixture("valid.json"), values: { seed: 0, taskSeed: 0 } });
    expect(run.stages.map((stage) => stage.name)).toEqual(["sft-student", "teacher"]);
    expect(run.inputs).toEqual(Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])));
  });

  test("gives every training the file's task and seed, and a stage its own seed where it has one", () => {
    const [start] = planVariants("/seed=3")[0]!.stages;
    expect(start?.values).toMatchObject({ seed: 7, taskSeed: 3, task: { type: "arithmetic" } });
  });

  test("knows the lengths that the task asks for", () => {
    const run = plan("/rollouts/maxNewTokens=5");
    expect(run.maxNewTokens).toBe(5);
    expect(run.contextLength).toBe(run.stages[0]?.contextLength);
    expect(plan("/stages/sft-student/rollouts/maxNewTokens=90").contextLength).toBe(run.contextLength + 90 - plan().maxNewTokens);
  });
});

describe("the optimizer", () => {
  test("AdamW has the values, and their order, that ids and checkpoints of earlier versions are made of", () => {
    expect(JSON.stringify(plan('/training/optimizer={"type":"adamw","learningRate":0.003,"beta2":0.99}').values.training.optimizer)).toBe(
      '{"type":"adamw","learningRate":0.003,"beta2":0.99,"beta1":0.9,"epsilon":1e-8,"weightDecay":0.01}',
    );
  });

  test("of another type starts anew, and makes another run", () => {
    const lion = plan('/training/optimizer={"type":"lion","learningRate":0.0003}');
    expect(lion.values.training.optimizer).toEqual({ type: "lion", learningRate: 0.0003, beta1: 0.9, beta2: 0.99, weightDecay: 0 });
    expect(lion.id).not.toBe(plan().id);
    expect(lion.inputs).toEqual(plan().inputs);
    const parts = plan("/training/optimizer/learningRate=0.0003", "/training/optimizer/type=lion");
    expect(parts.values.training.optimizer).toEqual(lion.values.training.optimizer);
    // The learning rate of the old one is none of the new one.
    expect(problems(() => plan("/training/optimizer/type=lion")).join()).toContain('missing key "learningRate"');
  });
});

describe("ids", () => {
  const changed = (...overrides: string[]): { run: boolean; teacher: boolean; start: boolean } => {
    const [before, after] = [plan(), plan(...overrides)];
    const stage = (run: PlannedRun, name: string) => run.stages.find((one) => one.name === name)?.id;
    return {
      run: before.id !== after.id,
      teacher: stage(before, "teacher") !== stage(after, "teacher"),
      start: stage(before, "sft-student") !== stage(after, "sft-student"),
    };
  };

  test.each([
    ["/question=other", { run: false, teacher: false, start: false }],
    ["/objective/alpha=0.3", { run: true, teacher: false, start: false }],
    ["/stages/teacher/training/steps=31", { run: true, teacher: true, start: false }],
    ["/stages/sft-student/data/examples=101", { run: true, teacher: false, start: true }],
    ["/stages/teacher/seed=1", { run: true, teacher: true, start: false }],
    ["/task/train=401", { run: true, teacher: true, start: true }],
    ["/seed=1", { run: true, teacher: true, start: true }],
    ['/student={"stage": "sft-student", "layers": [0]}', { run: true, teacher: false, start: false }],
    ["/data/onPolicyFraction=1", { run: false, teacher: false, start: false }],
    ["/training/checks/rewardRange=0", { run: false, teacher: false, start: false }],
    ["/stages/teacher/training/inspectEvery=1", { run: false, teacher: false, start: false }],
  ])("after %s are others where the result is", (override, expected) => {
    expect(changed(override)).toEqual(expected);
  });

  test("do not depend on the order of keys, on comments, or on the names of stages", () => {
    const renamed = only(planSource(parseSource("y.json", valid.replaceAll("sft-student", "begin")), []));
    expect(renamed.id).toBe(plan().id);
  });

  test("two variants with the same values have the same stages", () => {
    const [, distillation, both] = planVariants();
    expect(distillation?.stages.map((stage) => stage.id)).toEqual(both?.stages.map((stage) => stage.id));
  });
});

describe("variants", () => {
  test("are runs of their own, with their labels and the stages that they need", () => {
    expect(planVariants().map(({ name, label, stages }) => [name, label, stages.map((stage) => stage.name)])).toEqual([
      ["sft", "More SFT", ["start"]],
      ["distillation", "On-policy distillation", ["start", "teacher"]],
      ["both", "both", ["start", "teacher"]],
    ]);
  });

  test("the command line wins over them, unless it speaks of one", () => {
    expect(planVariants("/training/steps=21").map((run) => run.values.training.steps)).toEqual([21, 21, 21]);
    expect(planVariants("/variants/sft/training/steps=22").map((run) => run.values.training.steps)).toEqual([22, 20, 20]);
  });

  test("have their problems where they were written", () => {
    const text = variants.replace("beta: 0.5", "beta: 0.5, gamma: 1").replace("reverse-kl", "revers-kl").replace("batch: 32", "batch: x");
    expect(problems(() => planSource(parseSource("x.yaml", text), []))).toEqual([
      'x.yaml:9:10: /training/batch: expected a whole number from 1 to 1048576, such as 64, got "x"',
      expect.stringContaining("x.yaml:31:58: /variants/distillation/objective/divergence/type: unknown type"),
      'x.yaml:34:88: /variants/both/objective/divergence/gamma: unknown key "gamma"; known: type, beta, scale',
    ]);
  });

  test("that lack what the others have are named", () => {
    const text = variants.replace("    objective: { type: sft }\n    teacher: null", "    teacher: null");
    expect(problems(() => planSource(parseSource("x.yaml", text), []))[0]).toMatch(
      /^x\.yaml:1:1: missing key "type": one of .* \(variant "sft"\)$|^x\.yaml:1:1: missing key "objective".* \(variant "sft"\)$/u,
    );
  });

  test.each([
    ["/variants={}", "command line: /variants={}: expected at least 1 entry, got {}"],
    ["/variants=3", "command line: /variants=3: expected an object {...}, got 3"],
    ["/variants/sft=3", 'command line: /variants/sft=3: expected an object {...}, such as {"label":"RL + GKD"}, got 3'],
    ["/variants/sft/stages=1", `the key "stages" can't be here`],
    ['/variants/a b={"data": {}}', "expected a name of letters"],
  ])("are refused with %s", (override, message) => {
    expect(problems(() => planVariants(override)).join("\n")).toContain(message);
  });
});

describe("problems", () => {
  test("come all at once, in the order of the file", () => {
    const text = valid
      .replace('"alpha": 0.25', '"alpah": 0.25')
      .replace('"exact-match"', '"exact-mach"')
      .replace('"steps": 30', '"steps": 1.5')
      .replace('"temperature": 1 }', '"temperature": 0 }');
    expect(problems(() => planSource(parseSource("x.json", text), []))).toEqual([
      "x.json:6:51: /teacher/temperature: expected a number above 0, such as 1, got 0",
      expect.stringMatching(/^x\.json:9:25: \/rewards\/0\/type: unknown type "exact-mach"; did you mean "exact-match"\?/u),
      'x.json:10:43: /objective/alpah: unknown key "alpah"; did you mean "alpha"?',
      "x.json:18:30: /stages/teacher/training/steps: expected a whole number of at least 1, such as 300, got 1.5",
    ]);
  });

  test("of overrides point to the command line", () => {
    expect(problems(() => plan("/objective/alpha=2", "/trainning/steps=1"))).toEqual([
      "command line: /objective/alpha=2: expected a number from 0 to 1, or an object { from, to, start, end }, such as 0.5, got 2",
      'command line: /trainning/steps=1: /trainning: unknown key "trainning"; did you mean "training"?',
    ]);
    expect(problems(() => plan("=2", "/x"))).toHaveLength(2);
    expect(problems(() => plan("/seed/x=2", "/rewards/7=2"))).toHaveLength(1);
  });

  test("of a plug-in point to the override inside of it", () => {
    expect(problems(() => planVariants("/variants/both/objective/divergence/beta=1"))).toEqual([
      expect.stringMatching(
        /^command line: \/variants\/both\/objective\/divergence\/beta=1: \/objective: jsd: .*"reverse-kl".*\(variant "both"\)$/u,
      ),
    ]);
  });

  test.each(["null", "[]", "3", '"text"', "true"])("a file that holds %s is refused", (text) => {
    expect(problems(() => planSource(parseSource("x.json", text), []))).toEqual([`x.json:1:1: expected an object {...}, got ${text}`]);
  });
});

describe("any damage to a file", () => {
  const survives = (path: string, text: string): void => {
    try {
      planSource(parseSource(path, text), []);
    } catch (error) {
      expect(error).toBeInstanceOf(ExperimentError);
      expect((error as ExperimentError).problems.length).toBeGreaterThan(0);
    }
  };
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 12 }),
    insert: fc.oneof(
      fc.constantFrom(
        "",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "//",
        "/*",
        "&a ",
        "*a",
        "!t ",
        "null",
        "-1",
        "1e999",
        "\n",
        "\t",
        "__proto__",
        "constructor",
        "\u0000",
        "\uFEFF",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
  });
  test.each([
    ["x.json", valid],
    ["x.yaml", variants],
  ])("is a list of problems in %s, or none", (path, text) => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let damaged = text;
        for (const { at, remove, insert } of edits) {
          const position = at % (damaged.length + 1);
          damaged = damaged.slice(0, position) + insert + damaged.slice(position + remove);
        }
        survives(path, damaged);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("is a list of problems in overrides, or none", () => {
    const pointer = fc.constantFrom(
      "/objective",
      "/student",
      "/teacher",
      "/rewards/0",
      "/rewards/-",
      "/stages/teacher",
      "/stages",
      "/variants",
      "/task/range",
      "/data",
      "/seed",
      "/x/y",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(pointer, fc.json({ maxDepth: 3 })), { minLength: 1, maxLength: 3 }), (pairs) => {
        try {
          planSource(
            parseSource("x.json", valid),
            pairs.map(([to, value]) => `${to}=${value}`),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ExperimentError);
        }
      }),
      { seed: 4, numRuns: 200 },
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("a setting is what an id is made of but seeds, of stages too", () => {
  const settingsOf = ({ setting, stages }: PlannedRun) => [setting, ...stages.map((stage) => stage.setting)];
  const [one, other] = [plan("/seed=1"), plan("/seed=2", "/task/seed=7")];
  expect(settingsOf(one)).toEqual(settingsOf(other));
  expect(
    [one.id, ...one.stages.map(({ id }) => id)].filter((id) => [other.id, ...other.stages.map((stage) => stage.id)].includes(id)),
  ).toEqual([]);
  expect(one.stages.length).toBeGreaterThan(0);
  const [name] = one.stages.map((stage) => stage.name);
  const changed = plan("/seed=1", `/stages/${name}/training/steps=77`);
  expect(changed.setting).not.toBe(one.setting);
  expect(changed.stages.find((stage) => stage.name === name)!.setting).not.toBe(one.stages[0]!.setting);
  expect(settingsOf(one)).not.toContain(one.id);
});
