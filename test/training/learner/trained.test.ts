/** What of a student is trained. */
import { describe, expect, test } from "vitest";
import { objectives } from "../../../src/objectives/index.ts";
import { scoringPolicy } from "../../../src/policies/classification-head.ts";
import { isAdapted } from "../../../src/policies/adapters/lora.ts";
import { frozenWeights, initialTrained, traineeOf } from "../../../src/training/learner/trained.ts";
import { bytesOf, model, recipe, smallLlama } from "../../fixtures/recipes.ts";

const policy = smallLlama();
const names = Object.keys(policy.parameters);
const { weights } = model(policy, 1);
const objective = objectives.create(recipe().objective);
const valued = objectives.create({ type: "actor-critic" } as Parameters<typeof objectives.create>[0]);

describe("a student", () => {
  test("is trained as a whole unless the settings say otherwise", () => {
    const trainee = traineeOf(policy, {});
    expect(trainee).toEqual({ policy, frozen: [] });
    expect(bytesOf(initialTrained(trainee, weights, { objective, seed: 1 }))).toEqual(bytesOf(weights));
    expect(frozenWeights(trainee, weights)).toEqual({});
  });

  test("whose parts are frozen is trained without them", () => {
    const trainee = traineeOf(policy, { freeze: ["embed_tokens", "layers.0.self_attn"] });
    const frozen = names.filter((name) => /embed_tokens|self_attn/u.test(name));
    expect(trainee).toEqual({ policy, frozen });
    const trained = initialTrained(trainee, weights, { objective, seed: 1 });
    expect(Object.keys(trained)).toEqual(names.filter((name) => !frozen.includes(name)));
    expect(Object.keys(frozenWeights(trainee, weights))).toEqual(frozen);
  });

  test("with adapters is frozen itself, and begins with adapters that the seed draws", () => {
    const trainee = traineeOf(policy, { adapters: { rank: 2, alpha: 4, targets: ["q_proj"] } });
    expect(isAdapted(trainee.policy)).toBe(true);
    expect(trainee.frozen).toEqual(names);
    const [one, two] = [1, 2].map((seed) => initialTrained(trainee, weights, { objective, seed }));
    const layer = "model.layers.0.self_attn.q_proj";
    expect(Object.keys(one!)).toEqual([`${layer}.lora_A.weight`, `${layer}.lora_B.weight`]);
    expect(one).not.toEqual(two);
    expect(bytesOf(initialTrained(trainee, weights, { objective, seed: 1 }))).toEqual(bytesOf(one!));
  });

  test("has a value head of zeros, which is always trained, when the objective reads values", () => {
    const trained = initialTrained(traineeOf(policy, { freeze: ["model.layers"] }), weights, { objective: valued, seed: 1 });
    expect(trained["value_head.weight"]).toEqual(new Float32Array(16));
    expect(Object.keys(trained)).not.toContain("model.layers.0.mlp.up_proj.weight");
  });

  test.each<[string, Parameters<typeof traineeOf>[1], string]>([
    [
      "adapters and frozen parts at once",
      { freeze: ["mlp"], adapters: { rank: 1, alpha: 1, targets: ["mlp"] } },
      "freeze: expected nothing beside adapters",
    ],
    [
      "nothing left to learn",
      { freeze: ["layers", "embed_tokens", "norm"] },
      "freeze: expected something to be left to train, got layers, embed_tokens, norm",
    ],
    ["a name that fits nothing", { freeze: ["layer"] }, 'freeze: expected a part of a name, got "layer"'],
  ])("is refused with %s", (_, parts, message) => {
    expect(() => traineeOf(policy, parts)).toThrow(message);
  });

  test("is refused with adapters of a reward model, of which parts may be frozen", () => {
    const rewardModel = scoringPolicy(policy);
    expect(traineeOf(rewardModel, { freeze: ["model"] }).frozen).not.toContain("score.weight");
    expect(() => traineeOf(rewardModel, { adapters: { rank: 1, alpha: 1, targets: ["mlp"] } })).toThrow(
      "adapters: expected a student that writes, got a reward model, whose head has to learn; leave them out",
    );
  });

  test("whose weights are missing is refused by name", () => {
    const { "model.norm.weight": _, ...rest } = weights;
    expect(() => initialTrained(traineeOf(policy, {}), rest, { objective, seed: 1 })).toThrow(
      "student: expected weights of model.norm.weight",
    );
    expect(() => frozenWeights(traineeOf(policy, { freeze: ["model.norm"] }), rest)).toThrow(
      "student: expected weights of model.norm.weight",
    );
  });
});
