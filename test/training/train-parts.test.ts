/** Whole trainings of parts of a student: what is frozen stays, and an interruption changes no byte. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isAdapted } from "../../src/policies/adapters/lora.ts";
import { decodeSafetensors } from "../../src/policies/checkpoints/safetensors/safetensors.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { traineeOf, type TrainedParts } from "../../src/training/learner/trained.ts";
import { checkpointsIn } from "../../src/training/checkpoints/checkpoint-folder.ts";
import { train } from "../../src/training/train.ts";
import { bytesOf, comparable, model, recipe, smallLlama, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

afterEach(() => {
  expect(openThreads()).toBe(0);
});

const policy = smallLlama();
const values = (parts: TrainedParts): Recipe => {
  const { training } = recipe();
  return recipe({
    student: model(policy, 1),
    training: { ...training, ...parts, steps: 4 },
    evaluation: { every: 2, prompts: 4, temperature: 0 },
  });
};

/** The run, stopped after its second step and resumed; and the checkpoint in between. */
const interrupted = async (given: Recipe): Promise<{ reports: StepReport[]; tensors: string[] }> => {
  const folder = mkdtempSync(join(tmpdir(), "retort-parts-"));
  const controller = new AbortController();
  const reports: StepReport[] = [];
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        if (report.kind === "step" && report.step === 2) controller.abort(new Error("interrupted"));
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  const { tensors } = await decodeSafetensors(readFileSync((await checkpointsIn(folder))[0]!.path));
  return { reports: [...reports, ...(await trained(given, { folder }))], tensors: Object.keys(tensors) };
};

describe.each<[string, TrainedParts, RegExp]>([
  ["frozen parts", { freeze: ["embed_tokens", "layers.0.mlp"] }, /self_attn|norm/u],
  ["adapters", { adapters: { rank: 2, alpha: 8, targets: ["q_proj", "up_proj"] } }, /q_proj|up_proj/u],
])("a training with %s", (_, parts, changes) => {
  test("changes what is trained alone, and resumes to the same bytes", async () => {
    const given = values(parts);
    const whole = await trained(given);
    const weights = weightsOf(whole);
    expect(Object.keys(weights)).toEqual(Object.keys(policy.parameters));
    const [before, after] = [bytesOf(given.student.weights), bytesOf(weights)];
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed).toEqual(Object.keys(policy.parameters).filter((name) => changes.test(name)));

    const { reports, tensors } = await interrupted(given);
    expect(bytesOf(weightsOf(reports))).toEqual(after);
    expect(comparable(reports)).toEqual(comparable(whole));
    const trainee = traineeOf(policy, parts);
    const learned = isAdapted(trainee.policy) ? Object.keys(trainee.policy.adapters) : changed;
    expect(tensors.toSorted()).toEqual(
      ["parameters", "first", "second"].flatMap((kind) => learned.map((name) => `${kind}/${name}`)).toSorted(),
    );

    const last = whole.at(-1);
    const adapters = last?.kind === "finished" ? last.adapters : undefined;
    expect(adapters === undefined ? undefined : Object.keys(adapters)).toEqual(isAdapted(trainee.policy) ? learned : undefined);
  });
});
