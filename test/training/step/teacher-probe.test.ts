/** Tests of a recipe whose teacher is on a server: what is probed before, and that training is the same as with the teacher here. */
import { beforeAll, describe, expect, test } from "vitest";
import type { JsonServer } from "../../../src/remote/server.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { probeTeacher } from "../../../src/training/step/teacher-probe.ts";
import { bigram, bytesOf, comparable, model, recipe, smallLlama, trained, weightsOf } from "../../fixtures/recipes.ts";
import { serverAt, serveTaskPolicy } from "../../fixtures/served-task.ts";

const { signal } = new AbortController();

const onServer = (url: string, changes: Partial<Recipe> = {}): Recipe =>
  recipe({ teacher: { server: serverAt(url), temperature: 1 }, ...changes });

describe("a bigram on a server", () => {
  let server: JsonServer;
  beforeAll(async () => {
    server = await serveTaskPolicy(bigram(), 2);
    return () => server.close(0);
  });

  test("is probed for as much as the objective reads", async () => {
    expect(await probeTeacher(onServer(server.url), signal)).toMatchObject([{ detail: "all", tokenizer: "same", contextLength: 16 }]);
    const { objective } = recipe();
    const topK = { ...objective, divergence: { type: "forward-kl" as const }, topK: 3 } as Recipe["objective"];
    expect(await probeTeacher(onServer(server.url, { objective: topK }), signal)).toMatchObject([{ detail: { topK: 3 } }]);
    expect(await probeTeacher(recipe(), signal)).toEqual([]);
  });

  test("of a mixture is probed for all log-probs, beside a policy here", async () => {
    const { objective } = recipe();
    const topK = { ...objective, divergence: { type: "forward-kl" as const }, topK: 3 } as Recipe["objective"];
    const served = { server: serverAt(server.url), temperature: 1 };
    const here = { ...model(bigram(), 3), temperature: 1 };
    const mixture = { mixture: [here, served].map((teacher) => ({ teacher, weight: 1 })) };
    expect(await probeTeacher(recipe({ teacher: mixture, objective: topK }), signal)).toMatchObject([{ detail: "all" }]);
  });

  test("cannot draw, nor be translated", async () => {
    const speculative = { ...recipe().rollouts, behavior: { type: "speculative", topK: 2 } } as Recipe["rollouts"];
    await expect(trained(onServer(server.url, { rollouts: speculative }))).rejects.toThrow(
      "teacher: expected a policy here of a teacher that draws, got one on a server",
    );
  });
});

/** An engine whose sums of a row do not depend on where the row is: what a server is told in longer rows is the same to the last bit. */
const plain = { ...recipe().machine, engine: "cpu" } as const;

test.each([
  ["bigram", bigram, "completions"],
  ["llama", smallLlama, "generate"],
] as const)("a %s on a server teaches what it teaches here, bit by bit", async (_name, make, endpoint) => {
  const server = await serveTaskPolicy(make(), 2, -1, "cpu");
  const short = { machine: plain, training: { ...recipe().training, steps: 2 } };
  const here = await trained(recipe({ teacher: { ...model(make(), 2), temperature: 1 }, ...short }));
  const there = await trained(onServer(server.url, { teacher: { server: serverAt(server.url, { endpoint }), temperature: 1 }, ...short }));
  expect(comparable(there)).toEqual(comparable(here));
  expect(bytesOf(weightsOf(there))).toEqual(bytesOf(weightsOf(here)));
  await server.close(0);
});

test("on a faster engine the last bits of longer rows may differ", async () => {
  const server = await serveTaskPolicy(smallLlama(), 2);
  const here = weightsOf(await trained(recipe({ teacher: { ...model(smallLlama(), 2), temperature: 1 } })));
  const there = weightsOf(await trained(onServer(server.url)));
  await server.close(0);
  for (const [name, values] of Object.entries(here)) {
    for (const [i, value] of values.entries()) expect(Math.abs(value - there[name]![i]!)).toBeLessThan(1e-4);
  }
});
