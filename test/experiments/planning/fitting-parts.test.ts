/** Tests of the parts of a batch that fit into an amount of memory. */
import { expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { fittingParts, overridesOf, partsOfBatch } from "../../../src/experiments/planning/fitting-parts.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { explainExperiment } from "../../../src/experiments/explaining/explain.ts";

const file = "test/fixtures/experiments/small.yaml";
const source = readExperiment(file);
const whole = ["/training/batch=512"];
const peakOf = async (overrides: readonly string[]): Promise<number> =>
  (await explainExperiment(file, overrides, { out: "runs", cache: "no-cache" }))[0]!.trainings.at(-1)!.memory.peak;

test("a batch is halved down to one row, and two of pairs", () => {
  const parts = (batch: number, type: "sft" | "bradley-terry") =>
    partsOfBatch({ training: { batch }, objective: { type } } as unknown as Parameters<typeof partsOfBatch>[0]);
  expect(parts(16, "sft")).toEqual([16, 8, 4, 2, 1]);
  expect(parts(24, "sft")).toEqual([24, 12, 6, 3, 1]);
  expect(parts(1, "sft")).toEqual([1]);
  expect(parts(12, "bradley-terry")).toEqual([12, 6, 2]);
});

test("the largest part that fits is set by an override, as the user would have", async () => {
  const needed = await peakOf([...whole, "/training/microBatch=128"]);
  expect(await fittingParts(source, whole, await peakOf(whole))).toEqual([]);
  const parts = await fittingParts(source, whole, needed);
  expect(parts).toEqual([{ pointer: "/training/microBatch", rows: 128, batch: 512 }]);
  expect(overridesOf(parts)).toEqual(["/training/microBatch=128"]);
  const [chosen] = await prepareExperiment(file, [...whole, ...overridesOf(parts)]);
  expect(chosen!.id).toBe((await prepareExperiment(file, [...whole, "/training/microBatch=128"]))[0]!.id);
});

test("what somebody says stays, stages are cut too, and one row is the least", async () => {
  const parts = await fittingParts(source, [...whole, "/training/microBatch=256"], 1);
  expect(parts.length).toBeGreaterThan(0);
  for (const { pointer, rows } of parts) {
    expect(pointer).toMatch(/^\/stages\/[^/]+\/training\/microBatch$/u);
    expect(rows).toBe(1);
  }
});

test("where one row is too much, it says what was expected, what came and what to do", async () => {
  const limit = { bytes: 2 ** 20, of: "--memory", orElse: "allow more with --memory" };
  const set = overridesOf(await fittingParts(source, [], limit.bytes));
  await expect(prepareExperiment(file, set, {}, limit)).rejects.toThrow(
    /expected what fits into --memory, 1,048,576 bytes, got what is estimated to take [\d.]+ GiB, .*; lower .*, or allow more with --memory/u,
  );
});
