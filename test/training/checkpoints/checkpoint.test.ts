/** Checkpoints: whole or not at all, of one recipe only, and read only as they were written. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../../src/policies/checkpoints/safetensors/safetensors.ts";
import {
  beginning,
  bestOf,
  checkpointName,
  checkpointStep,
  DamagedCheckpointError,
  readCheckpoint,
  writeCheckpoint,
  type Progress,
} from "../../../src/training/checkpoints/checkpoint.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { noLoss } from "../../../src/training/sequences/adaptive-fraction.ts";
import { bigram, bytesOf, model, recipe, smallLlama } from "../../fixtures/recipes.ts";

const values = recipe({ student: model(smallLlama(), 1) });
const arrays = (seed: number) => model(smallLlama(), seed).weights;
const progress: Progress = {
  step: 12,
  learner: { parameters: arrays(1), slots: { first: arrays(2), second: arrays(3) } },
  earlier: new Map(),
  host: {
    rewards: { length: { count: 3, mean: 0.1, squares: 1 / 3 } },
    advantages: { value: 0.1 + 0.2, count: 3 },
    controller: null,
    checks: { truncated: { count: 2, streak: 1 } },
    sequences: {
      adaptive: { rises: 2, loss: 1.5, at: 0.25 },
      replay: [{ prompt: 3, version: 7, completions: [{ tokens: [4, 5], logProbs: [Math.fround(-0.1), Math.fround(-2 / 3)] }] }],
    },
    best: { step: 9, metric: "accuracy", value: 0.1 + 0.2 },
  },
};

const expectSame = (actual: Progress, expected: Progress): void => {
  expect([actual.step, actual.host]).toEqual([expected.step, expected.host]);
  expect(bytesOf(actual.learner.parameters)).toEqual(bytesOf(expected.learner.parameters));
  for (const [slot, own] of Object.entries(expected.learner.slots ?? {}))
    expect(bytesOf(actual.learner.slots![slot]!)).toEqual(bytesOf(own));
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-checkpoint-"));
});

describe("a checkpoint", () => {
  test("gives back every byte of the learner, the step and what the run carries", async () => {
    const path = await writeCheckpoint(folder, values, progress);
    expect(path).toBe(join(folder, "checkpoint-00000012.safetensors"));
    expectSame(await readCheckpoint(path, values), progress);
    const bytes = readFileSync(path);
    await writeCheckpoint(folder, values, await readCheckpoint(path, values));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("of the beginning has the student's weights and no moments", async () => {
    const path = await writeCheckpoint(folder, values, beginning(values));
    const { step, learner, host } = await readCheckpoint(path, values);
    expect([step, host]).toEqual([
      0,
      { advantages: null, rewards: {}, controller: null, checks: {}, sequences: { adaptive: noLoss, replay: [] }, best: null },
    ]);
    expect(bytesOf(learner.parameters)).toEqual(bytesOf(values.student.weights));
    expect(Object.keys(learner.slots!)).toEqual(["first", "second"]);
    for (const own of Object.values(learner.slots!)) {
      expect(Object.keys(own)).toEqual(Object.keys(values.student.weights));
      expect(Object.values(own).every((array) => array.every((value) => Object.is(value, 0)))).toBe(true);
    }
  });

  test("holds nothing that is frozen, and belongs to the frozen weights that the run began with", async () => {
    const freeze = ["embed_tokens", "layers.0.mlp"];
    const partly = { ...values, training: { ...values.training, freeze } };
    const path = await writeCheckpoint(folder, partly, beginning(partly));
    const { tensors } = await decodeSafetensors(readFileSync(path));
    expect(Object.keys(tensors).filter((name) => /embed_tokens|mlp\./u.test(name))).toEqual([]);
    expectSame(await readCheckpoint(path, partly), beginning(partly));
    const name = "model.embed_tokens.weight";
    const other = { ...partly, student: { ...partly.student, weights: { ...partly.student.weights, [name]: arrays(9)[name]! } } };
    await expect(readCheckpoint(path, other)).rejects.toThrow("this checkpoint belongs to another experiment");
    const trained = "model.layers.0.self_attn.q_proj.weight";
    const same = { ...partly, student: { ...partly.student, weights: { ...partly.student.weights, [trained]: arrays(9)[trained]! } } };
    await expect(readCheckpoint(path, same)).resolves.toBeDefined();
  });

  test("has the weights that draw steps which have begun, each of them", async () => {
    const ahead = { ...values, rollouts: { ...values.rollouts, maxStaleness: 2 }, training: { ...values.training, steps: 20 } };
    const earlier = new Map([10, 11].map((version) => [version, arrays(version)]));
    const path = await writeCheckpoint(folder, ahead, { ...progress, earlier });
    const read = await readCheckpoint(path, ahead);
    expectSame(read, progress);
    expect([...read.earlier].map(([version, weights]) => [version, bytesOf(weights)])).toEqual(
      [...earlier].map(([version, weights]) => [version, bytesOf(weights)]),
    );
    await writeCheckpoint(folder, ahead, { ...progress, earlier: new Map([[11, arrays(11)]]) });
    await expect(readCheckpoint(path, ahead)).rejects.toThrow(`${path}: expected the weights after step 10, got none`);
  });

  test("is one of the same run when only what observes has changed", async () => {
    const path = await writeCheckpoint(folder, values, progress);
    const { training } = values;
    const watchedOtherwise = { ...training, inspectEvery: 7, checks: { ...training.checks, rewardRange: 0 } };
    expectSame(await readCheckpoint(path, { ...values, training: watchedOtherwise }), progress);
    await expect(readCheckpoint(path, { ...values, training: { ...training, clipNorm: 0.5 } })).rejects.toThrow(/another experiment/u);
  });

  test("leaves the one before, and nothing else, when it cannot be written", async () => {
    const path = await writeCheckpoint(folder, values, { ...progress, step: 9 });
    const misfit = {
      ...progress,
      step: 10,
      learner: { ...progress.learner, slots: { first: arrays(2), second: { ...arrays(3), "model.norm.weight": new Float32Array(1) } } },
    };
    await expect(writeCheckpoint(folder, values, misfit)).rejects.toThrow(/second\/model\.norm\.weight/u);
    const { "model.norm.weight": _left, ...others } = arrays(3);
    const partial = { ...misfit, learner: { ...progress.learner, slots: { first: arrays(2), second: others } } };
    await expect(writeCheckpoint(folder, values, partial)).rejects.toThrow(
      /expected second of model\.norm\.weight from the learner, got none/u,
    );
    // A folder of that name cannot be replaced by a file: the last thing that can go wrong.
    mkdirSync(join(folder, "checkpoint-00000011.safetensors"));
    await expect(writeCheckpoint(folder, values, { ...progress, step: 11 })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["checkpoint-00000009.safetensors", "checkpoint-00000011.safetensors"]);
    expectSame(await readCheckpoint(path, values), { ...progress, step: 9 });
  });
});

describe("the best of evaluations", () => {
  const bests = (metric: string, asked: boolean | string, seen: readonly (number | undefined)[]): (number | undefined)[] => {
    let best: ReturnType<typeof bestOf> = null;
    return seen.map((value, step) => {
      const metrics = { length: 3, ...(value === undefined ? {} : { [metric]: value }) };
      best = bestOf(best, { step, metrics }, asked);
      return best?.step;
    });
  };

  test("is the first of equals, and one without a number is none", () => {
    const seen = [undefined, -0.5, -0.75, -0.5, 0.75, undefined, Number.NaN];
    for (const asked of [true, false, "accuracy"]) expect(bests("accuracy", asked, seen)).toEqual([undefined, 1, 1, 1, 4, 4, 4]);
    // Without references.
    expect(bests("evaluation/reward", true, seen)).toEqual([undefined, 1, 1, 1, 4, 4, 4]);
    expect(bests("rouge-2", "rouge-2", seen)).toEqual([undefined, 1, 1, 1, 4, 4, 4]);
  });

  test("is by accuracy where there is one too, by the metric that is asked for, and not by two of them", () => {
    const metrics = { accuracy: 0.5, "evaluation/reward": 7 };
    expect(bestOf(null, { step: 1, metrics }, true)).toEqual({ step: 1, metric: "accuracy", value: 0.5 });
    const asked = bestOf(null, { step: 1, metrics }, "evaluation/reward");
    expect(asked).toEqual({ step: 1, metric: "evaluation/reward", value: 7 });
    // The settings changed while the run was stopped.
    expect(bestOf(asked, { step: 2, metrics: { accuracy: 0.25 } }, true)).toEqual({ step: 2, metric: "accuracy", value: 0.25 });
  });
});

describe("a file that is not what was written", () => {
  const fails = async (bytes: Uint8Array): Promise<void> => {
    const path = join(folder, "damaged.safetensors");
    writeFileSync(path, bytes);
    const error: unknown = await readCheckpoint(path, values).then(
      () => "it was read",
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(DamagedCheckpointError);
    expect((error as Error).message).toContain(path);
  };

  test("is refused wherever it is cut", async () => {
    const whole = readFileSync(await writeCheckpoint(folder, values, progress));
    for (const part of [0, 4, 8, 100, whole.length / 2, whole.length - 1]) await fails(whole.subarray(0, Math.floor(part)));
    await fails(Buffer.concat([whole, Buffer.from([0])]));
  });

  test("is refused whichever byte of its header has changed", async () => {
    const whole = readFileSync(await writeCheckpoint(folder, values, progress));
    const header = 8 + Number(whole.readBigUInt64LE(0));
    for (let at = 0; at < header; at += 23) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 1;
      await fails(damaged);
    }
  });

  test("is refused when its step, its baseline or one bit of its data has changed", async () => {
    const whole = readFileSync(await writeCheckpoint(folder, values, progress));
    for (const [from, to] of [
      ['"step":"12"', '"step":"13"'],
      ['\\"count\\":3', '\\"count\\":4'],
    ] as const) {
      const text = whole.toString("latin1");
      expect(text).toContain(from);
      await fails(Buffer.from(text.replace(from, to), "latin1"));
    }
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 7] = damaged[damaged.length - 7]! ^ 16;
    await fails(damaged);
  });

  test("is refused when a tensor is missing", async () => {
    const { tensors, metadata } = await decodeSafetensors(readFileSync(await writeCheckpoint(folder, values, progress)));
    const { "first/model.norm.weight": _left, ...others } = tensors;
    await fails(encodeSafetensors({ tensors: others, metadata }));
  });
});

describe("a recipe", () => {
  const changed: readonly [string, Recipe][] = [
    ["seed", { ...values, seed: 4 }],
    ["steps", { ...values, training: { ...values.training, steps: 7 } }],
    ["student", { ...values, student: model(bigram(), 1) }],
    ["teacher's temperature", { ...values, teacher: { ...values.teacher!, temperature: 2 } }],
    ["task", { ...values, taskSeed: 6 }],
    ["rewards", { ...values, rewards: [] }],
  ];

  test.each(changed)("with another %s does not resume from it", async (_what, other) => {
    const path = await writeCheckpoint(folder, values, progress);
    await expect(readCheckpoint(path, other)).rejects.toThrow(
      new RangeError(`${path}: this checkpoint belongs to another experiment; remove it to start anew, or give the run another folder`),
    );
  });

  test("on another machine or from another folder does", async () => {
    const moved = { ...values, folder: "/elsewhere", machine: { engine: "cpu", threads: 9, samplers: 9 } } as const;
    expectSame(await readCheckpoint(await writeCheckpoint(folder, values, progress), moved), progress);
  });
});

test("a name gives its step back, however many digits it has", () => {
  for (const step of [0, 7, 12_345_678, 123_456_789]) expect(checkpointStep(checkpointName(step))).toBe(step);
  expect(checkpointName(7)).toBe("checkpoint-00000007.safetensors");
});

test("other files have none", () => {
  for (const name of ["checkpoint-7.safetensors", ".checkpoint-00000007.safetensors.1.part", "checkpoint-00000007.safetensors.damaged"]) {
    expect(checkpointStep(name)).toBeUndefined();
  }
});
