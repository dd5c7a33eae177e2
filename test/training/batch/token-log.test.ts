/** Tokens of a step in its log: each learned one with its own positions of the batch, dropped ones as they were. */
import { expect, test } from "vitest";
import type { Row } from "../../../src/training/batch/row.ts";
import type { LoggedRollout } from "../../../src/training/recipe/step-report.ts";
import { outsideTopK, withTokens, type InspectedTokens } from "../../../src/training/batch/token-log.ts";
import { referenceRows } from "../../fixtures/batches.ts";
import { smallTask } from "../../fixtures/recipes.ts";

const { tokenizer } = smallTask();
const completion = 9;
const rows = referenceRows().slice(0, 2);
const positions = 4 * completion;
const made = (of: (position: number) => number, width = 1): Float32Array =>
  Float32Array.from({ length: positions * width }, (_, i) => of(i));

/** Of the student two likeliest tokens of a position, of the teacher one: numbers that say where they are from. */
const inspected: InspectedTokens = {
  divergences: made((position) => position + 0.00004),
  logProbs: made((position) => -position - 0.12344),
  teacherLogProbs: made((position) => (position % 2 === 0 ? -position - 0.5 : outsideTopK)),
  topIds: Int32Array.from({ length: 2 * positions }, (_, i) => 2 + (i % 2)),
  topLogProbs: made((i) => -i, 2),
  teacherTopIds: new Int32Array(positions).fill(tokenizer.endId),
  teacherTopLogProbs: made((position) => -position - 0.25),
};

const lineOf = ({ rollout }: Row): LoggedRollout => ({
  prompt: rollout.prompt.text,
  reference: rollout.prompt.reference,
  completion: rollout.text,
  source: rollout.source,
  finish: rollout.finish,
  tokens: rollout.tokens.length,
  version: 0,
});
const dropped: LoggedRollout = { ...lineOf(rows[0]!), dropped: true };
const logged = [lineOf(rows[0]!), dropped, lineOf(rows[1]!)];
const [second, third] = [2, 3].map((id) => tokenizer.decode([id]));

test("lines of what was learned from have their tokens, dropped ones do not", () => {
  const [first, gone, last] = withTokens({ rows, logged }, inspected, { completion }, tokenizer);
  expect(gone).toBe(dropped);
  for (const [index, line] of [first!, last!].entries()) {
    const { rollout } = rows[index]!;
    expect(line.pieces!.join("")).toBe(rollout.text);
    expect(line.pieces!.at(-1)).toBe("");
    const places = Array.from(rollout.tokens, (_, t) => index * completion + t);
    expect(line.divergences).toEqual(places);
    expect(line.logProbs).toEqual(places.map((place) => Number((-place - 0.1234).toFixed(4))));
    expect(line.teacherLogProbs).toEqual(places.map((place) => (place % 2 === 0 ? -place - 0.5 : null)));
    expect(line.top).toEqual(
      places.map((place) => [
        [second, place === 0 ? expect.closeTo(0) : -2 * place],
        [third, -2 * place - 1],
      ]),
    );
    expect(line.teacherTop).toEqual(places.map((place) => [["<eos>", -place - 0.25]]));
  }
});

test("the likeliest token comes first, of equally likely ones that of the lower id, in whatever order they come", () => {
  const nats = [-2, -1, -1];
  const topIds = Int32Array.from({ length: 3 * positions }, (_, i) => [2, 4, 3][i % 3]!);
  const any = { ...inspected, topIds, topLogProbs: made((i) => nats[i % 3]!, 3) };
  const [line] = withTokens({ rows, logged }, any, { completion }, tokenizer);
  expect(line!.top![0]).toEqual([
    [tokenizer.decode([3]), -1],
    [tokenizer.decode([4]), -1],
    [tokenizer.decode([2]), -2],
  ]);
});

test("nothing changes without an inspection", () => {
  expect(withTokens({ rows, logged }, undefined, { completion }, tokenizer)).toBe(logged);
});
