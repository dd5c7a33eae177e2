/** Whole trainings with teachers that are made of others. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSafetensors } from "../../src/policies/checkpoints/safetensors/safetensors.ts";
import { longestPromptText } from "../../src/tasks/prompt-template.ts";
import { train } from "../../src/training/train.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import { bigram, bytesOf, comparable, model, recipe, smallLlama, smallTask, trained, weightsOf } from "../fixtures/recipes.ts";

const short = { training: { ...recipe().training, steps: 2 } };
const first = { ...model(bigram(), 2), temperature: 1 };
const second = { ...model(smallLlama(), 3), temperature: 0.5 };

test("a mixture of one teacher teaches what the teacher teaches, bit by bit; one of two does not", async () => {
  const alone = await trained(recipe({ teacher: first, ...short }));
  const mixed = await trained(recipe({ teacher: { mixture: [{ teacher: first, weight: 3 }] }, ...short }));
  expect(comparable(mixed)).toEqual(comparable(alone));
  expect(bytesOf(weightsOf(mixed))).toEqual(bytesOf(weightsOf(alone)));
  const both = { mixture: [first, second].map((teacher) => ({ teacher, weight: 1 })) };
  const { objective } = recipe();
  const topK = { ...objective, divergence: { type: "forward-kl" }, topK: 3 } as Recipe["objective"];
  expect(bytesOf(weightsOf(await trained(recipe({ teacher: both, objective: topK, ...short }))))).not.toEqual(bytesOf(weightsOf(alone)));
});

test("a mixture draws nothing", async () => {
  const speculative = { ...recipe().rollouts, behavior: { type: "speculative", topK: 2 } } as Recipe["rollouts"];
  await expect(trained(recipe({ teacher: { mixture: [{ teacher: first, weight: 1 }] }, rollouts: speculative }))).rejects.toThrow(
    "teacher: expected a policy here of a teacher that draws, got a mixture",
  );
});

test("the average of the student teaches, and a run that was interrupted has it to the last bit", { timeout: 300_000 }, async () => {
  const student = model(bigram(), 1);
  const values = recipe({
    student,
    teacher: {
      mixture: [
        { teacher: { ...student, temperature: 1, decay: 0.5 }, weight: 1 },
        { teacher: first, weight: 1 },
      ],
    },
    training: { ...recipe().training, steps: 4 },
  });
  const whole = await trained(values);
  const folder = mkdtempSync(join(tmpdir(), "retort-average-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const controller = new AbortController();
  await new Promise<void>((resolve) => {
    train(values, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        if (report.kind === "step" && report.step === 2) controller.abort(new Error("interrupted"));
      },
      error: () => resolve(),
    });
  });
  const [name] = readdirSync(folder);
  const { tensors } = await readSafetensors(join(folder, name!));
  const arrays = (kind: string): string[] => Object.keys(tensors).filter((tensor) => tensor.startsWith(kind));
  expect(arrays("average/")).toHaveLength(arrays("parameters/").length);
  const last = await trained(values, { folder });
  expect(last[0]).toMatchObject({ kind: "resumed" });
  expect(bytesOf(weightsOf(last))).toEqual(bytesOf(weightsOf(whole)));
});

test("with decay 0 the teacher is the student itself, and there is nothing to learn from it after the first step", async () => {
  const student = model(bigram(), 1);
  const objective = { ...recipe().objective, alpha: 1 } as Recipe["objective"];
  const reports = await trained(recipe({ student, teacher: { ...student, temperature: 1, decay: 0 }, objective, ...short }));
  const divergences = reports.flatMap((report) => (report.kind === "step" ? [report.metrics["divergence/reverse-kl"]!] : []));
  expect(divergences).toHaveLength(2);
  for (const divergence of divergences) expect(Math.abs(divergence)).toBeLessThan(1e-6);
});

test("a teacher that is shown the prompt alone teaches as one without a context, bit by bit; one that is shown the answer does not", async () => {
  const task = smallTask();
  const teacher = { ...model(smallLlama({ contextLength: 32 }), 2), temperature: 1 };
  const shown = (template: string): Recipe =>
    recipe({ teacher: { ...teacher, context: { template, promptTokens: longestPromptText(task, template) } }, ...short });
  const [plain, same, told] = [
    await trained(recipe({ teacher, ...short })),
    await trained(shown("{prompt}")),
    await trained(shown("{reference};{prompt}")),
  ];
  expect(comparable(same)).toEqual(comparable(plain));
  expect(bytesOf(weightsOf(same))).toEqual(bytesOf(weightsOf(plain)));
  expect(bytesOf(weightsOf(told))).not.toEqual(bytesOf(weightsOf(plain)));
});

const stored = (reports: Awaited<ReturnType<typeof trained>>): (number | undefined)[] =>
  reports.flatMap((report) => (report.kind === "step" ? [report.metrics["teacher/stored"]] : []));

test("stored scores teach as the teacher does, bit by bit, at first, again, and without the teacher", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-stored-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const withScores = (ask: boolean, seed = 0): Recipe =>
    recipe({ seed, teacher: { ...second, scores: { folder, ask, mebibytes: 10 } }, ...short });
  const plain = await trained(recipe({ seed: 0, teacher: second, ...short }));
  expect(stored(plain)).toEqual([undefined, undefined]);
  const [first, again, alone] = [await trained(withScores(true)), await trained(withScores(true)), await trained(withScores(false))];
  for (const reports of [first, again, alone]) expect(bytesOf(weightsOf(reports))).toEqual(bytesOf(weightsOf(plain)));
  expect(stored(first)[0]).toBe(0);
  expect(stored(again)).toEqual([1, 1]);
  expect(stored(alone)).toEqual([1, 1]);
  await expect(trained(withScores(false, 5))).rejects.toThrow(/stored scores: expected a score of .*, got none/);
});
