/** Tests of files to start from: each is right, says what was asked for, and can be run. */
import { describe, expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";
import { layout } from "../../../src/experiments/file/json-layout.ts";
import { rungs, type Rung, type RungName } from "../../../src/experiments/file/rungs.ts";
import { startingParts, type StartingAnswers } from "../../../src/experiments/file/starting-file.ts";

const answers: StartingAnswers = {
  schema: "./schema.json",
  question: "Why?",
  rung: "rl-gkd",
  task: { type: "arithmetic" },
  teacher: { layers: 1, width: 16 },
  student: { layers: 2, width: 8 },
  reward: { value: { type: "exact-match" } },
  steps: 30,
  sweep: false,
};

const written = (changes: Partial<StartingAnswers>) => parseSource("x.json", layout(startingParts({ ...answers, ...changes })));

describe.each(Object.entries(rungs) as [RungName, Rung][])("%s", (name, rung) => {
  test("is right, and has the parts that it needs", () => {
    const [run] = planSource(written({ rung: name }), []);
    expect(run!.values).toMatchObject({ objective: rung.objective, data: rung.data, training: { steps: 30, schedule: { warmup: 3 } } });
    const models = [...(rung.teacher ? ["teacher"] : []), ...(name === "sft" ? [] : ["sft-student"])];
    expect(run!.stages.map((stage) => stage.name).toSorted()).toEqual(models.toSorted());
    expect(run!.values.rewards).toHaveLength(rung.reward ? 1 : 0);
    for (const { name: made, values } of run!.stages)
      expect(values.student).toMatchObject(made === "teacher" ? { layers: 1, width: 16 } : { layers: 2, width: 8 });
  });

  test("can be swept", () => {
    expect(planSweep(written({ rung: name, sweep: true }), [])).toHaveLength(name === "rl-gkd" ? 6 : 3);
  });

  test("takes checkpoints instead of both models", () => {
    const [teacher, student] = ["teacher", "student"].map((one) => ({ checkpoint: `./${one}` }));
    const { value } = written({ rung: name, teacher: teacher!, student: student! });
    expect(value).toMatchObject({ student, ...(rung.teacher ? { teacher } : {}) });
    expect(value).not.toHaveProperty("stages");
  });
});

test("prompts of one's own are named with what is held out, and whose tokens they use", () => {
  const { value } = written({
    task: { type: "prompts", path: "p.jsonl", test: 7, answered: true },
    tokenizer: { checkpoint: "owner/name" },
  });
  expect(value).toMatchObject({
    task: { type: "prompts", path: "p.jsonl", test: 7, tokenizer: { checkpoint: "owner/name" } },
    evaluation: { prompts: 7 },
  });
  expect(value).not.toHaveProperty(["stages", "sft-student", "data", "examples"]);
});

test("without references a start, and what the student does not write, are the teacher's", () => {
  const teacher = { checkpoint: "owner/name" };
  const task = { type: "prompts", path: "p.csv", test: 7, prompt: "{q}", unfit: "leave-out", answered: false } as const;
  expect(written({ rung: "gkd", task, teacher }).value).toMatchObject({
    task: { type: "prompts", path: "p.csv", prompt: "{q}", unfit: "leave-out", test: 7, completionTokens: 128 },
    stages: { "sft-student": { teacher, objective: { type: "sft" }, data: { onPolicyFraction: 0, offPolicy: "teacher" } } },
    data: { onPolicyFraction: 0.5, offPolicy: "teacher" },
  });
  expect(written({ rung: "rl-gkd", task, teacher }).value).toMatchObject({ data: { onPolicyFraction: 1 } });
  expect(written({ rung: "rl-gkd", task, teacher }).value).not.toHaveProperty("data.offPolicy");
  expect(written({ task }).value).not.toHaveProperty("task.answered");
});

test("learning rates are those of the sizes, of checkpoints by what is known of them, and smaller for a reward alone", () => {
  const rates = (changes: Partial<StartingAnswers>) => {
    const { training, stages } = written(changes).value as Record<string, never>;
    const rateOf = (values: unknown) =>
      (values as { training: { optimizer: { learningRate: number } } } | undefined)?.training.optimizer.learningRate;
    return [rateOf({ training }), rateOf((stages as Record<string, unknown> | undefined)?.["teacher"])];
  };
  expect(rates({ student: { layers: 2, width: 16 }, teacher: { layers: 2, width: 80 } })).toEqual([0.01, 0.004]);
  expect(rates({ student: { layers: 2, width: 16 }, rung: "rl" })).toEqual([0.0005, undefined]);
  expect(rates({ student: { checkpoint: "a/b" }, rung: "sft" })).toEqual([0.0003, undefined]);
  expect(rates({ student: { checkpoint: "./a", parameters: 6_100 }, rung: "sft" })).toEqual([0.01, undefined]);
});
