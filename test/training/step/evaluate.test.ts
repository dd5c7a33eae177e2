/** Evaluation: which prompts, which draws, and what counts as right. */
import { describe, expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Weights } from "../../../src/policies/policy.ts";
import { bestCompletions } from "../../../src/rollouts/sampling/best-completions.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { selfBleu } from "../../../src/text-metrics/bleu.ts";
import { evaluate, type EvaluationRequest } from "../../../src/training/step/evaluate.ts";
import { drawRollouts } from "../../../src/training/step/drawing.ts";
import type { Evaluated } from "../../../src/training/recipe/step-report.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { bigram, context, model, recipe, smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const { tokenizer } = task;
const never = new AbortController().signal;
const request: EvaluationRequest = {
  seed: 1,
  step: 9,
  settings: { every: 0, prompts: 4, temperature: 1 },
  full: false,
  maxNewTokens: 6,
  chunk: 3,
  mostDropped: 0,
};

/** A table that always says `token`. */
const always = (token: number): Weights => ({
  "ngram.logits": Float32Array.from({ length: (context.vocabularySize + 1) * context.vocabularySize }, (_, i) =>
    i % context.vocabularySize === token ? 30 : 0,
  ),
});

const evaluationOf = async (changes: Partial<EvaluationRequest> = {}, weights?: Weights, given: Task = task): Promise<Evaluated> => {
  // What rewards say of completions is in held-out-rewards.test.ts.
  const values = recipe({ rewards: [], ...(weights === undefined ? {} : { student: { config: bigram().config, weights } }) });
  return evaluate(await inOneThread(values, given), given, { ...request, ...changes }, never);
};

/** Judges by the number of characters, so that a student that knows nothing is sometimes right. */
const lenient: Task = { ...task, check: (_prompt, text) => ({ correct: text.length % 2 === 0, wellFormed: text.length > 2 }) };

describe("an evaluation", () => {
  test("ends completions at stop strings, and shapes them by its own settings", async () => {
    const [token] = tokenizer.encode("1") as [number];
    const { metrics } = await evaluationOf({ stops: ["11"] }, always(token));
    expect(metrics).toMatchObject({ length: 2, truncated: 0 });
    const settings = { ...request.settings, temperature: 0, minNewTokens: 5 };
    expect((await evaluationOf({ settings }, always(tokenizer.endId))).metrics["length"]).toBe(6);
  });

  test("is the share of answers that the task calls right among those that ended", async () => {
    const threads = await inOneThread(recipe({ rewards: [] }), lenient);
    const { metrics, kind, step } = await evaluate(threads, lenient, request, never);
    const prompts = lenient.test.map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
    const rollouts = (
      await Promise.all(
        [prompts.slice(0, 3), prompts.slice(3)].map((some) =>
          drawRollouts(
            threads,
            lenient,
            some,
            { seed: 1, step: "evaluation", writer: { by: "student", temperature: 1 }, version: 9 },
            never,
          ),
        ),
      )
    ).flat();
    expect({ kind, step }).toEqual({ kind: "evaluation", step: 9 });
    const count = (holds: (rollout: (typeof rollouts)[number]) => boolean): number => rollouts.filter(holds).length / 4;
    expect(metrics).toEqual({
      accuracy: count(({ finish, text }) => finish === "stop" && text.length % 2 === 0),
      "well-formed": count(({ text }) => text.length > 2),
      truncated: count(({ finish }) => finish === "length"),
      length: rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0) / 4,
    });
  });

  test("of a student that ends at once", async () => {
    const expected = { kind: "evaluation", step: 9, metrics: { accuracy: 0, "well-formed": 0, truncated: 0, length: 1 } };
    expect(await evaluationOf({}, always(tokenizer.endId))).toEqual(expected);
    expect(await evaluationOf({}, always(tokenizer.endId), lenient)).toEqual({
      ...expected,
      metrics: { ...expected.metrics, accuracy: 1 },
    });
  });

  test("of a student that never ends: what is cut is not right, whatever the task says of it", async () => {
    const expected = { kind: "evaluation", step: 9, metrics: { accuracy: 0, "well-formed": 1, truncated: 1, length: 6 } };
    expect(await evaluationOf({}, always(tokenizer.encode("1")[0]!), lenient)).toEqual(expected);
  });

  test("does not depend on the step or on how it is cut", async () => {
    const { step: _step, ...first } = await evaluationOf();
    const { step: _other, ...second } = await evaluationOf({ step: 2, chunk: 1 });
    expect(second).toEqual(first);
  });

  test("by beam search is of the completions that it finds, however it is cut", async () => {
    const { padId, endId, stopIds } = tokenizer;
    const { student } = recipe({ student: model(bigram(), 3) });
    const engine = await openEngine("cpu", { threads: 1 });
    onTestFinished(() => engine.dispose());
    const settings = {
      every: 0,
      prompts: 4,
      temperature: 0,
      beams: 3,
      lengthPenalty: 2,
      metrics: [{ type: "repetition" as const, order: 2 }],
    };
    const options = { beams: 3, lengthPenalty: 2, maxNewTokens: 6, padId, endId, stopIds, earlyStopping: false };
    const found = await Promise.all(
      task.test.slice(0, 4).map(async ({ text }) => {
        const policy = { policy: bigram(), weights: student.weights };
        return (await bestCompletions(engine, policy, tokenizer.encode(text), options))[0]!;
      }),
    );
    const checked: string[] = [];
    const noting: Task = {
      ...lenient,
      check: (prompt, text) => {
        checked.push(text);
        return lenient.check(prompt, text);
      },
    };
    const evaluated = await evaluationOf({ settings }, student.weights, noting);
    expect(checked).toEqual(found.map(({ tokens }) => tokenizer.decode([...tokens])));
    expect(evaluated.metrics["length"]).toBe(found.reduce((sum, { tokens }) => sum + tokens.length, 0) / 4);
    expect(evaluated.metrics["truncated"]).toBe(found.filter(({ finish }) => finish === "length").length / 4);
    const greedy = await evaluationOf({ settings: { ...settings, beams: 1 } }, student.weights, noting);
    expect(greedy).toEqual(
      await evaluationOf({ settings: { every: 0, prompts: 4, temperature: 0, metrics: settings.metrics } }, student.weights, noting),
    );
    expect(greedy).not.toEqual(evaluated);
    expect(JSON.stringify(await evaluationOf({ settings, chunk: 1 }, student.weights, noting))).toBe(JSON.stringify(evaluated));
    const also = await evaluationOf(
      { settings: { every: 0, prompts: 2, temperature: 1, also: { beamed: settings } }, full: true },
      student.weights,
      lenient,
    );
    expect(also.metrics["beamed/length"]).toBe(evaluated.metrics["length"]);
    expect(also.metrics["beamed/accuracy"]).toBe(evaluated.metrics["accuracy"]);
  });

  test("by beam search is cut at stop strings too", async () => {
    const [token] = tokenizer.encode("1") as [number];
    const settings = { every: 0, prompts: 4, temperature: 0, beams: 2 };
    expect((await evaluationOf({ settings, stops: ["11"] }, always(token))).metrics).toMatchObject({ length: 2, truncated: 0 });
  });

  test("is the student's own, whatever the behavior of the run", async () => {
    const { config } = bigram();
    const values = recipe({
      student: { config, weights: always(tokenizer.encode("1")[0]!) },
      teacher: { config, weights: always(tokenizer.endId), temperature: 1 },
      rollouts: { ...recipe().rollouts, behavior: { type: "teacher-mixed", share: 0.9 } },
    });
    const { metrics } = await evaluate(await inOneThread(values, task), task, request, never);
    expect(metrics).toMatchObject({ truncated: 1, length: 6 });
  });

  test("has the measures of the settings, of all samples of each prompt", async () => {
    const settings = {
      every: 0,
      prompts: 3,
      temperature: 1,
      samples: 4,
      metrics: [{ type: "pass-at-k", k: 2 }, { type: "self-bleu" }],
    } as const;
    const threads = await inOneThread(recipe({ rewards: [] }), lenient);
    const prompts = lenient.test
      .slice(0, 3)
      .flatMap((prompt, index) => [0, 1, 2, 3].map((sample) => ({ prompt, order: { prompt: index, sample } })));
    const rollouts: Rollout[] = [];
    for (let start = 0; start < prompts.length; start += 3) {
      const writer = { by: "student", temperature: 1 } as const;
      rollouts.push(
        ...(await drawRollouts(
          threads,
          lenient,
          prompts.slice(start, start + 3),
          { seed: 1, step: "evaluation", writer, version: 9 },
          never,
        )),
      );
    }
    const right = rollouts.map(({ finish, text }) => finish === "stop" && text.length % 2 === 0);
    const groups = [0, 1, 2].map((prompt) => right.slice(4 * prompt, 4 * prompt + 4).filter(Boolean).length);
    // 1 - C(4 - c, 2) / C(4, 2)
    const pass = groups.map((c) => 1 - ((4 - c) * (3 - c)) / 12).reduce((sum, chance) => sum + chance, 0) / 3;
    const selfBleus = [0, 1, 2].map((prompt) => selfBleu(rollouts.slice(4 * prompt, 4 * prompt + 4).map(({ text }) => text)));
    const { metrics } = await evaluate(threads, lenient, { ...request, settings: { ...settings, metrics: [...settings.metrics] } }, never);
    expect(metrics["accuracy"]).toBe(right.filter(Boolean).length / 12);
    expect(metrics["pass@2"]).toBeCloseTo(pass, 12);
    expect(metrics["self-bleu"]).toBeCloseTo(selfBleus.reduce((sum, one) => sum + one, 0) / 3, 12);
  });

  test("is in the other ways too when that is due, each metric after the way's name", async () => {
    const greedy = { prompts: 2, temperature: 0, metrics: [{ type: "rouge" as const, variant: "1" as const, stemmer: false }] };
    const settings = { ...request.settings, also: { greedy } };
    const { metrics } = await evaluationOf({ settings, full: true });
    const alone = await evaluationOf({ settings: { every: 0, ...greedy } });
    const named = alone.metrics;
    expect(metrics).toEqual({
      ...(await evaluationOf()).metrics,
      ...Object.fromEntries(Object.entries(named).map(([name, value]) => [`greedy/${name}`, value])),
    });
    expect(Object.keys(named)).toContain("rouge-1");
    expect(await evaluationOf({ settings, full: false })).toEqual(await evaluationOf());
  });

  test("has the agreement with the teacher on the student's own completions and on the references, and the gap between them", async () => {
    const [one] = tokenizer.encode("1") as [number];
    const { vocabularySize } = context;
    // The student says 1 for ever; the teacher too, but after a 1 it ends, by 30 nats.
    const taught = Float32Array.from(always(one)["ngram.logits"]!);
    taught.set(always(tokenizer.endId)["ngram.logits"]!.subarray(0, vocabularySize), one * vocabularySize);
    const { config } = bigram();
    const student = { config, weights: always(one) };
    const teacher = { config, weights: { "ngram.logits": taught }, temperature: 1 };
    const settings = {
      every: 0,
      prompts: 4,
      temperature: 0,
      agreement: { divergences: [{ type: "forward-kl" as const }], topK: 1, prefixes: "references" as const },
    };
    const threads = await inOneThread(recipe({ student, teacher, evaluation: settings }), task);
    const { metrics } = await evaluate(threads, task, { ...request, settings }, never);
    const references = task.test.slice(0, 4).map(({ reference }) => [...tokenizer.encode(reference), tokenizer.endId].slice(0, 6));
    const after = (tokens: readonly number[]): boolean[] => tokens.map((_, t) => tokens[t - 1] === one);
    const shareAfterOne = (sequences: readonly (readonly number[])[]): number => {
      const all = sequences.flatMap(after);
      return all.filter(Boolean).length / all.length;
    };
    const there = shareAfterOne(references);
    expect(there).toBeGreaterThan(0);
    expect(metrics["own-prefixes/forward-kl"]).toBeCloseTo((30 * 5) / 6, 4);
    expect(metrics["reference-prefixes/forward-kl"]).toBeCloseTo(30 * there, 4);
    expect(metrics["exposure-gap/forward-kl"]).toBeCloseTo(30 * (5 / 6 - there), 4);
    expect(metrics["own-prefixes/top-1-overlap"]).toBeCloseTo(1 / 6, 6);
    expect(metrics["reference-prefixes/top-1-overlap"]).toBeCloseTo(1 - there, 6);
    // What the teacher draws is 1 and the end.
    const agreement = { ...settings.agreement, prefixes: "teacher" as const };
    const drawn = await evaluate(threads, task, { ...request, settings: { ...settings, agreement } }, never);
    expect(drawn.metrics["teacher-prefixes/forward-kl"]).toBeCloseTo(30 / 2, 4);
    expect(drawn.metrics["exposure-gap/forward-kl"]).toBeCloseTo(30 * (5 / 6 - 1 / 2), 4);
    const without = await inOneThread(recipe({ student, teacher }), task);
    await expect(evaluate(without, task, { ...request, settings }, never)).rejects.toThrow(
      "evaluation.agreement: expected someone who compares with the teacher, got none",
    );
  });

  test("takes the first prompts, and at most all", async () => {
    const checked: string[][] = [];
    const noting: Task = {
      ...task,
      check: (prompt, text) => {
        checked.at(-1)!.push(prompt.text);
        return task.check(prompt, text);
      },
    };
    for (const prompts of [2, 100]) {
      checked.push([]);
      await evaluationOf({ settings: { ...request.settings, prompts } }, undefined, noting);
    }
    expect(checked).toEqual([task.test.slice(0, 2), task.test].map((some) => some.map(({ text }) => text)));
  });

  test("ends when it is aborted", async () => {
    const threads = await inOneThread(recipe({ rewards: [] }), task);
    await expect(evaluate(threads, task, request, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
