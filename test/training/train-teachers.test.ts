/** Whole trainings with teachers that are made of others. */
import { expect, test } from "vitest";
import type { Recipe } from "../../src/training/recipe.ts";
import { bigram, bytesOf, comparable, model, recipe, smallLlama, trained, weightsOf } from "../fixtures/recipes.ts";

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
