/** Rollouts as inputs: rows, padding, prompts, and the positions before completion tokens. */
import { expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Buffer, Engine } from "../../src/engine/engine.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { queryPositions, completionPositions, sequenceOf, uploadSequences } from "../../src/teachers/sequence-inputs.ts";

const rollout = (promptTokens: readonly number[], tokens: readonly number[]): Rollout => ({
  prompt: { index: 0, text: "", reference: "" },
  order: { prompt: 0, sample: 0 },
  promptTokens: Int32Array.from(promptTokens),
  tokens: Int32Array.from(tokens),
  behaviorLogProbs: new Float32Array(tokens.length),
  finish: "stop",
  text: "",
  version: 0,
  source: "student",
});
const [first, second] = [rollout([5, 6], [7, 8, 9]), rollout([4], [3])];

/** The three rows of five that an input holds. */
const rowsOf = async (engine: Engine, input: Buffer): Promise<number[][]> => {
  const all = [...(await engine.download(input))];
  return [0, 5, 10].map((start) => all.slice(start, start + 5));
};

test("rows are padded on the right, without their last token; those that are not there repeat the first", async () => {
  const engine = await openEngine("cpu", { threads: 1 });
  onTestFinished(() => engine.dispose());
  const inputs = uploadSequences(engine, [first, second], { batch: 3, length: 5, padId: 1 });
  const rows = (name: keyof typeof inputs): Promise<number[][]> => rowsOf(engine, inputs[name]);
  const [long, short] = [
    [5, 6, 7, 8, 1],
    [4, 1, 1, 1, 1],
  ];
  expect(await rows("tokens")).toEqual([long, short, long]);
  expect(await rows("mask")).toEqual([
    [1, 1, 1, 1, 0],
    [1, 0, 0, 0, 0],
    [1, 1, 1, 1, 0],
  ]);
  expect(await rows("prompt")).toEqual([
    [1, 1, 0, 0, 0],
    [1, 0, 0, 0, 0],
    [1, 1, 0, 0, 0],
  ]);
  expect((await rows("positions"))[0]!.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(() => uploadSequences(engine, [first], { batch: 1, length: 3, padId: 1 })).toThrow(RangeError);
});

test("where completions have a length of their own, prompts end at one position, and completions begin after it", async () => {
  const engine = await openEngine("cpu", { threads: 1 });
  onTestFinished(() => engine.dispose());
  const shape = { batch: 3, length: 5, completion: 3, padId: 1 };
  const inputs = uploadSequences(engine, [first, second], shape);
  const rows = (name: keyof typeof inputs): Promise<number[][]> => rowsOf(engine, inputs[name]);
  const [long, short] = [
    [1, 5, 6, 7, 8],
    [1, 1, 4, 1, 1],
  ];
  expect(await rows("tokens")).toEqual([long, short, long]);
  expect(await rows("mask")).toEqual([
    [0, 1, 1, 1, 1],
    [0, 0, 1, 0, 0],
    [0, 1, 1, 1, 1],
  ]);
  expect(await rows("prompt")).toEqual([
    [0, 1, 1, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 1, 1, 0, 0],
  ]);
  expect((await rows("positions"))[0]).toEqual([0, 0, 1, 2, 3]);
  expect([first, second].map((one) => completionPositions(one, shape))).toEqual([
    [0, 3],
    [0, 1],
  ]);
  expect([queryPositions(shape), queryPositions({ length: 5 })]).toEqual([3, 5]);
  for (const [length, completion] of [
    [3, 3],
    [5, 2],
  ] as const)
    expect(() => uploadSequences(engine, [first], { batch: 1, length, completion, padId: 1 })).toThrow(
      `expected at most ${length - completion + 1} tokens of a prompt and ${completion} of a completion, got 2 and 3`,
    );
});

test("each completion token has the position before it", () => {
  for (const one of [first, second]) {
    const [start, end] = completionPositions(one, {});
    const sequence = [...one.promptTokens, ...one.tokens];
    expect(sequence.slice(start + 1, end + 1)).toEqual([...one.tokens]);
    expect([...sequenceOf(one)]).toEqual(sequence.slice(0, -1));
    expect(end).toBe(sequenceOf(one).length);
  }
});
