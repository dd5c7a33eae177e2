/** Tokens in the log of whole trainings, beside what two tables of logits say of them; and steps and runs without any. */
import { expect, test } from "vitest";
import type { LoggedRollout, StepReport } from "../../src/training/recipe/step-report.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import { tokenName } from "../../src/tokenizers/token-name.ts";
import { likeliest, logSoftmax, rowsOf } from "../fixtures/distributions.ts";
import { bigram, context, model, recipe, smallTask, trained } from "../fixtures/recipes.ts";

const { tokenizer } = smallTask();
const V = context.vocabularySize;
const inspectedKeys = ["pieces", "divergences", "logProbs", "teacherLogProbs", "top", "teacherTop"] as const;

/** Log-probs of the next token after each token: of the recipe's student as it begins, and of its teacher. */
const tableOf = (seed: number): number[][] => rowsOf(model(bigram(), seed).weights["ngram.logits"]!, V).map(logSoftmax);
const [student, teacher] = [tableOf(1), tableOf(2)];

const run = (objective: object, changes: Partial<Recipe> = {}): Promise<StepReport[]> => {
  const { training, objective: given } = recipe();
  return trained(recipe({ objective: { ...given, ...objective }, training: { ...training, steps: 2 }, ...changes }));
};

const linesOf = (reports: readonly StepReport[], step: number): readonly LoggedRollout[] =>
  reports.flatMap((report) => (report.kind === "rollouts" && report.step === step ? report.rollouts : []));

/** Ids of the pieces of a line: no two tokens of this task have the same text, but for the two that have none. */
const idsOf = ({ pieces, finish }: LoggedRollout): number[] =>
  pieces!.map((piece, t) => {
    if (piece !== "") return tokenizer.encode(piece)[0]!;
    return finish === "stop" && t === pieces!.length - 1 ? tokenizer.endId : tokenizer.padId;
  });

/** Rounding to four decimals, and that of float32. */
const expectNear = (found: number, expected: number): void => expect(Math.abs(found - expected)).toBeLessThan(6e-5);

/** Expects of a line what the two tables say; the teacher says `K` tokens. */
const expectLine = (line: LoggedRollout, K: number): void => {
  const ids = idsOf(line);
  const before = [tokenizer.encode(line.prompt).at(-1)!, ...ids];
  for (const [t, id] of ids.entries()) {
    const [own, taught] = [student[before[t]!]!, teacher[before[t]!]!];
    const known = likeliest(taught, K);
    expectNear(line.logProbs![t]!, own[id]!);
    if (known.some((each) => each.id === id)) expectNear(line.teacherLogProbs![t]!, taught[id]!);
    else expect(line.teacherLogProbs![t]).toBeNull();
    for (const [found, expected] of [
      [line.top![t]!, likeliest(own, 5)],
      [line.teacherTop![t]!, known.slice(0, 5)],
    ] as const) {
      expect(found.map(([text]) => text)).toEqual(expected.map((each) => tokenName(tokenizer, each.id)));
      expected.forEach(({ logProb }, k) => expectNear(found[k]![1], logProb));
    }
  }
};

test.each([
  ["the whole distributions", {}, V],
  ["three scores a token", { divergence: { type: "forward-kl" }, topK: 3 }, 3],
])("with %s of the teacher, tokens of inspected steps are logged with what both say", async (_, objective, K) => {
  const reports = await run(objective);
  const lines = linesOf(reports, 1);
  expect(lines).toHaveLength(8);
  for (const line of lines) {
    for (const key of inspectedKeys) expect(line[key]).toHaveLength(line.tokens);
    expectLine(line, K);
  }
  const nulls = lines.flatMap(({ teacherLogProbs }) => teacherLogProbs!).filter((nats) => nats === null);
  if (K === V) expect(nulls).toEqual([]);
  else expect(nulls.length).toBeGreaterThan(0);
  for (const line of linesOf(reports, 2)) for (const key of inspectedKeys) expect(line).not.toHaveProperty(key);
});

test("without a teacher's distributions nothing is logged of tokens", async () => {
  const { teacher: _none, ...alone } = recipe();
  const objective = { type: "reinforce", baseline: { type: "leave-one-out" } };
  const reports = await trained({
    ...alone,
    objective: { ...objective, rewardScale: 1, normalize: "none", average: "sequence", studentTemperature: 1 } as Recipe["objective"],
    training: { ...alone.training, steps: 1 },
  });
  const lines = linesOf(reports, 1);
  expect(lines).toHaveLength(8);
  for (const line of lines) for (const key of inspectedKeys) expect(line).not.toHaveProperty(key);
});
