/** Tests of what a policy says of tokens that are there already. */
import { beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { initialWeights } from "../../src/policies/initialize.ts";
import { PromptScorer, type PromptScore } from "../../src/serving/prompt-scorer.ts";
import { localTeacher } from "../../src/teachers/local.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { rolloutAt } from "../fixtures/rollouts.ts";
import { bigram, context, smallLlama } from "../fixtures/recipes.ts";

const ids = [3, 1, 4, 1, 5, 9, 2, 6];
const { vocabularySize } = context;
const { signal } = new AbortController();

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
  return () => engine.dispose();
});

/** The score of a sequence that is one piece. */
const whole = async (scores: AsyncIterable<PromptScore>): Promise<PromptScore> => {
  const [only, ...others] = await all(scores);
  expect(others).toEqual([]);
  return only!;
};

const all = async (scores: AsyncIterable<PromptScore>): Promise<PromptScore[]> => {
  const found: PromptScore[] = [];
  for await (const score of scores) found.push(score);
  return found;
};

/** Every token but the first as a completion. */
const rollout: Rollout = { ...rolloutAt(0, 0), promptTokens: Int32Array.of(ids[0]!), tokens: Int32Array.from(ids.slice(1)) };

describe.each([
  ["bigram", bigram],
  ["llama", smallLlama],
])("%s", (_name, make) => {
  const policy = make();
  const weights = initialWeights(policy, 3);

  test("the log-probs are a local teacher's", async () => {
    const teacher = await localTeacher(engine, { policy, weights, temperature: 1, batch: 1, length: context.contextLength, padId: 0 });
    const [expected] = await teacher.score([rollout], signal);
    const scorer = new PromptScorer(engine, { policy, weights, padId: 0 });
    const { all, logProbs } = await whole(scorer.score(ids, "all"));
    // The same tokens in a row of the same length.
    expect(all?.slice(0, 7 * vocabularySize)).toEqual(expected?.logProbs);
    expect(logProbs).toEqual(Float32Array.from(ids.slice(1), (id, t) => all![t * vocabularySize + id]!));
  });

  test.each([0, 3, "all"] as const)("pieces together are the whole: %s", async (breadth) => {
    const long = [...ids, 7, 8, 3, 1, 2];
    const one = await whole(new PromptScorer(engine, { policy, weights, padId: 0 }).score(long, breadth));
    const pieces = await all(new PromptScorer(engine, { policy, weights, padId: 0, piece: 4 }).score(long, breadth));
    expect(pieces.map(({ start, count }) => [start, count])).toEqual([
      [0, 4],
      [4, 4],
      [8, 4],
      [12, 1],
    ]);
    const joined = (pick: (score: PromptScore) => ArrayLike<number> | undefined): number[] =>
      pieces.flatMap((score) => Array.from(pick(score) ?? []));
    const picks = [({ logProbs }: PromptScore) => logProbs, ({ top }: PromptScore) => top?.logProbs, (score: PromptScore) => score.all];
    for (const pick of picks) joined(pick).forEach((value, i) => expect(value).toBeCloseTo(pick(one)![i]!, 5));
    expect(joined(({ ranks }) => ranks)).toEqual(Array.from(one.ranks));
    expect(joined(({ top }) => top?.ids)).toEqual(Array.from(one.top?.ids ?? []));
    expect(pieces.at(-1)!.next).toBe(one.next);
  });

  test("ranks, the likeliest tokens and the next one follow from all of them", async () => {
    const scorer = new PromptScorer(engine, { policy, weights, padId: 0 });
    const { all } = await whole(scorer.score(ids, "all"));
    const rows = ids.map((_, t) => all!.slice(t * vocabularySize, (t + 1) * vocabularySize));
    const byRank = rows.map((row) => Array.from(row.keys()).toSorted((a, b) => row[b]! - row[a]! || a - b));
    const { top, ranks, next, logProbs } = await whole(scorer.score(ids, 3));
    expect(Array.from(top!.ids)).toEqual(byRank.flatMap((order) => order.slice(0, 3)));
    expect(Array.from(top!.logProbs)).toEqual(rows.flatMap((row, t) => byRank[t]!.slice(0, 3).map((id) => row[id]!)));
    expect(Array.from(ranks)).toEqual(ids.slice(1).map((id, t) => rows[t]!.filter((value) => value > rows[t]![id]!).length + 1));
    expect(next).toBe(byRank.at(-1)![0]);
    const alone = await whole(scorer.score(ids, 0));
    expect([alone.top, alone.all]).toEqual([undefined, undefined]);
    expect([alone.logProbs, alone.ranks, alone.next]).toEqual([logProbs, ranks, next]);
    expect((await whole(scorer.score(ids, vocabularySize))).all).toEqual(all);
  });
});

test("of one token only the next is said", async () => {
  const policy = bigram();
  const scorer = new PromptScorer(engine, { policy, weights: initialWeights(policy, 3), padId: 0 });
  const { logProbs, ranks, top } = await whole(scorer.score([5], 2));
  expect([logProbs.length, ranks.length, top?.ids.length]).toEqual([0, 0, 2]);
});

test("sequences that do not fit, and ids that the policy does not have, are refused", async () => {
  const policy = bigram();
  const scorer = new PromptScorer(engine, { policy, weights: initialWeights(policy, 3), padId: 0 });
  await expect(whole(scorer.score([], 0))).rejects.toThrow(new RangeError("expected 1 to 16 tokens, got 0"));
  await expect(whole(scorer.score(new Int32Array(17), 0))).rejects.toThrow(new RangeError("expected 1 to 16 tokens, got 17"));
  await expect(whole(scorer.score([0, vocabularySize], 0))).rejects.toThrow(
    new RangeError(`expected ids below ${vocabularySize}, got ${vocabularySize}`),
  );
  await expect(whole(scorer.score([0, -1], 0))).rejects.toThrow("got -1");
});

test("nothing grows from one score to the next", async () => {
  const policy = bigram();
  const scorer = new PromptScorer(engine, { policy, weights: initialWeights(policy, 3), padId: 0 });
  await whole(scorer.score(ids, 3));
  const before = engine.memory();
  for (let n = 0; n < 5; n += 1) await whole(scorer.score(ids, 3));
  expect(engine.memory()).toEqual(before);
});
