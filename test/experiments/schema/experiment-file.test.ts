/** Tests of the type of experiment files: the compiler checks the lines that it must refuse, by `npm run types`. */
import { expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { experiment, type ExperimentFile } from "../../../src/experiments/schema/experiment-file.ts";
import { experimentSchema } from "../../../src/experiments/schema/experiment-schema.ts";

const file = experiment({
  question: "Does the compiler know this file?",
  task: { type: "arithmetic", numbers: [2, 2], range: [1, 9], train: 8, test: 2 },
  student: { type: "ngram", order: 3 },
  teacher: { student: "initial" },
  objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5 } },
  data: { onPolicyFraction: { from: 0, to: 1 } },
  training: { steps: 2, optimizer: { type: "adamw", learningRate: 0.1 } },
  variants: { a: { label: "A", objective: { divergence: { beta: 0.25 } } }, b: { seed: 1, teacher: { decay: null } } },
  sweep: { axes: { "/seed": [0, 1] } },
});

test("a file that the compiler takes is one that can be planned", () => {
  expect(planSource(parseSource("file.json", JSON.stringify(file)), []).map(({ name }) => name)).toEqual(["a", "b"]);
});

test("what the type needs is what the schema requires", () => {
  const needed: Record<"question" | "task" | "student" | "objective" | "training", true> = {
    question: true,
    task: true,
    student: true,
    objective: true,
    training: true,
  } satisfies { [Key in keyof ExperimentFile as undefined extends ExperimentFile[Key] ? never : Key]: true };
  expect(experimentSchema["required"]).toEqual(expect.arrayContaining(Object.keys(needed)));
  expect(experimentSchema["required"]).toHaveLength(Object.keys(needed).length);
});

test("misspelt keys, types and values are errors of types", () => {
  const wrong: readonly (() => ExperimentFile)[] = [
    // @ts-expect-error -- a key of no file
    () => experiment({ ...file, studnt: { type: "ngram", order: 3 } }),
    // @ts-expect-error -- a type of no objective
    () => experiment({ ...file, objective: { type: "distilation" } }),
    // @ts-expect-error -- a parameter of another divergence
    () => experiment({ ...file, objective: { type: "distillation", divergence: { type: "forward-kl", beta: 0.5 } } }),
    // @ts-expect-error -- a text instead of a number
    () => experiment({ ...file, seed: "1" }),
    // @ts-expect-error -- a patch of no value
    () => experiment({ ...file, variants: { a: { objective: { divergence: { btea: 1 } } } } }),
  ];
  expect(wrong.every((make) => typeof make() === "object")).toBe(true);
});
