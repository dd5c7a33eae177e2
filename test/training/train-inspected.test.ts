/**
 * Inspections in whole trainings, beside what two tables of logits say: tokens in the log, how near student and teacher are, and steps and
 * runs without any.
 */
import { expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import { Agreement } from "../../src/training/threads/agreement.ts";
import type { LoggedRollout, StepReport } from "../../src/training/recipe/step-report.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import { tokenName } from "../../src/tokenizers/token-name.ts";
import { agreementOf, likeliest, logSoftmax, rowsOf } from "../fixtures/distributions.ts";
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

/** Metrics of a step that say how near student and teacher are. */
const comparedIn = (reports: readonly StepReport[], step: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    reports.flatMap((report) =>
      report.kind === "step" && report.step === step
        ? Object.entries(report.metrics).filter(([name]) => name.startsWith("inspection/"))
        : [],
    ),
  );

/** The measures of each writer's tokens by hand, position after position, from the lines of the log. */
const byHandOf = (lines: readonly LoggedRollout[], own: boolean): Record<string, number>[][] =>
  lines
    .filter(({ source }) => (source === "student") === own)
    .map((line) => {
      const ids = idsOf(line);
      const before = [tokenizer.encode(line.prompt).at(-1)!, ...ids];
      return ids.map((_, t) => agreementOf(teacher[before[t]!]!, student[before[t]!]!, 5));
    });

test("inspected steps, and no others, say how near student and teacher are on what each of them wrote", async () => {
  const { data } = recipe();
  const reports = await run({}, { data: { ...data, onPolicyFraction: 0.5, mixing: "sequence" } });
  const metrics = comparedIn(reports, 1);
  const lines = linesOf(reports, 1);
  for (const [writer, own] of [
    ["own", true],
    ["other", false],
  ] as const) {
    const rows = byHandOf(lines, own);
    expect(rows.length).toBeGreaterThan(0);
    const tokens = rows.flat();
    const mean = (all: readonly Record<string, number>[], name: string): number =>
      all.reduce((sum, each) => sum + each[name]!, 0) / all.length;
    const expected: Record<string, number> = Object.fromEntries(Object.keys(tokens[0]!).map((name) => [name, mean(tokens, name)]));
    expected["entropy-gap"] = expected["entropy"]! - expected["teacher-entropy"]!;
    const longest = Math.max(...rows.map(({ length }) => length));
    for (let [from, to] = [1, 1]; from <= longest; [from, to] = [to + 1, 2 * to]) {
      const there = rows.flatMap((row) => row.slice(from - 1, to));
      for (const name of ["forward-kl", "reverse-kl"])
        expected[`${name}/position-${from === to ? from : `${from}-${to}`}`] = mean(there, name);
    }
    const found = Object.entries(metrics).filter(([name]) => name.startsWith(`inspection/${writer}-prefixes/`));
    expect(found.map(([name]) => name).toSorted()).toEqual(
      Object.keys(expected)
        .map((name) => `inspection/${writer}-prefixes/${name}`)
        .toSorted(),
    );
    for (const [name, value] of found) expect(value, name).toBeCloseTo(expected[name.slice(`inspection/${writer}-prefixes/`.length)]!, 4);
  }
  expect(comparedIn(reports, 2)).toEqual({});
});

test("what an evaluation says of the same sequences is the same", async () => {
  const reports = await run({});
  const metrics = comparedIn(reports, 1);
  const rollouts = linesOf(reports, 1).map((line, index) => {
    const tokens = Int32Array.from(idsOf(line));
    return {
      prompt: { index, text: line.prompt, reference: "" },
      order: { prompt: index, sample: 0 },
      promptTokens: Int32Array.from(tokenizer.encode(line.prompt)),
      tokens,
      behaviorLogProbs: new Float32Array(tokens.length),
      finish: line.finish,
      text: "",
      version: 0,
      source: "student",
    } as const;
  });
  const engine = await openEngine("onnx", { threads: 1 });
  const shape = { batch: 4, length: 32, padId: tokenizer.padId };
  const agreement = new Agreement(engine, { student: bigram(), teacher: bigram(), temperature: 1, ...shape }, model(bigram(), 2).weights);
  agreement.load(model(bigram(), 1).weights);
  const means = await agreement.measure(rollouts, { divergences: [{ type: "forward-kl" }, { type: "reverse-kl" }], topK: 5 });
  await engine.dispose();
  expect(Object.keys(means)).toHaveLength(7);
  for (const [name, mean] of Object.entries(means)) expect(metrics[`inspection/own-prefixes/${name}`], name).toBeCloseTo(mean, 5);
});

test("of a teacher's few scores entropy alone is told, and the overlap where they are enough", async () => {
  const namesOf = async (topK: number): Promise<string[]> =>
    Object.keys(comparedIn(await run({ divergence: { type: "forward-kl" }, topK }), 1));
  expect(await namesOf(3)).toEqual(["inspection/own-prefixes/entropy"]);
  expect(await namesOf(6)).toEqual(["inspection/own-prefixes/entropy", "inspection/own-prefixes/top-5-overlap"]);
});

test("without a teacher's distributions nothing is logged of tokens or compared", async () => {
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
  expect(comparedIn(reports, 1)).toEqual({});
});
