/** Tokens of a step in its log: each learned one with its own positions of the batch, dropped ones as they were. */
import { expect, test } from "vitest";
import type { Row } from "../../../src/training/batch/row.ts";
import type { LoggedRollout } from "../../../src/training/recipe/step-report.ts";
import { withTokens } from "../../../src/training/batch/token-log.ts";
import { referenceRows } from "../../fixtures/batches.ts";
import { smallTask } from "../../fixtures/recipes.ts";

const { tokenizer } = smallTask();
const completion = 9;
const rows = referenceRows().slice(0, 2);
const divergences = Float32Array.from({ length: 4 * completion }, (_, position) => position + 0.00004);

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

test("lines of what was learned from have their tokens, dropped ones do not", () => {
  const [first, gone, second] = withTokens(
    { rows, logged: [lineOf(rows[0]!), dropped, lineOf(rows[1]!)] },
    divergences,
    { completion },
    tokenizer,
  );
  expect(gone).toBe(dropped);
  for (const [index, line] of [first!, second!].entries()) {
    const { rollout } = rows[index]!;
    expect(line.pieces!.join("")).toBe(rollout.text);
    expect(line.pieces!.at(-1)).toBe("");
    const begin = index * completion;
    expect(line.divergences).toEqual(Array.from(rollout.tokens, (_, t) => begin + t));
  }
});

test("nothing changes without an inspection", () => {
  const logged = [lineOf(rows[0]!)];
  expect(withTokens({ rows, logged }, undefined, { completion }, tokenizer)).toBe(logged);
});
