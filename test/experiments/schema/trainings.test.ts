/** Tests of stages and their order. */
import { describe, expect, test } from "vitest";
import type { ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { buildOrder, inputNames, runValues, stageMistakes, stageValues } from "../../../src/experiments/schema/trainings.ts";

const training = { steps: 1, optimizer: { type: "adamw", learningRate: 1 } };
const stage = (from?: string, teacher?: string) => ({
  student: from === undefined ? { type: "ngram", order: 2 } : { stage: from },
  ...(teacher === undefined ? {} : { teacher: { stage: teacher } }),
  rewards: [],
  data: { onPolicyFraction: 0 },
  objective: { type: "sft" },
  training,
});

/** A file as its checker gives it, except that its graph of stages may be wrong. */
const fileOf = (stages: Readonly<Record<string, ReturnType<typeof stage>>>, run: ReturnType<typeof stage>): ExperimentValues =>
  ({ question: "?", seed: 1, engine: "auto", task: { type: "arithmetic" }, ...run, stages }) as unknown as ExperimentValues;

describe("stages", () => {
  test("are built after those that they start from, each once", () => {
    const file = fileOf({ c: stage("b", "a"), b: stage("a"), a: stage(), unused: stage() }, stage("c", "b"));
    expect(stageMistakes(file)).toEqual([]);
    expect(buildOrder(file)).toEqual(["a", "b", "c"]);
  });

  test("that go round in a circle are named, wherever the circle is", () => {
    const file = fileOf({ a: stage("b"), b: stage("c"), c: stage("a"), d: stage("d") }, stage());
    expect(stageMistakes(file).map(({ pointer, message }) => `${pointer}: ${message}`)).toEqual([
      '/stages/c/student/stage: stage "a" starts from itself: a -> b -> c -> a',
      '/stages/d/student/stage: stage "d" starts from itself: d -> d',
    ]);
  });

  test("are not looked for among what every object has", () => {
    const file = fileOf({ a: stage() }, stage("constructor", "__proto__"));
    expect(stageMistakes(file)).toHaveLength(2);
    expect(() => stageValues(file, "constructor")).toThrow(RangeError);
  });

  test("that are named twice are one input", () => {
    const file = fileOf({ a: stage() }, stage("a", "a"));
    expect(inputNames(runValues(file))).toEqual(["a"]);
  });
});

test("prompts are drawn with the task's own seed, else with the file's, in a stage's own task too", () => {
  const task = (seed?: number) => ({ type: "arithmetic", ...(seed === undefined ? {} : { seed }) });
  const seeds = (own: number | undefined, stages: number | undefined): number[] => {
    const file = { ...fileOf({ a: { ...stage(), task: task(stages) } as never }, stage("a")), task: task(own) } as ExperimentValues;
    return [runValues(file).taskSeed, stageValues(file, "a").taskSeed];
  };
  expect(seeds(undefined, undefined)).toEqual([1, 1]);
  expect(seeds(7, undefined)).toEqual([7, 7]);
  expect(seeds(7, 8)).toEqual([7, 8]);
});

test("a long line of stages is planned", () => {
  const stages = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`s${i}`, stage(i === 0 ? undefined : `s${i - 1}`)]));
  const file = { question: "?", task: { type: "arithmetic", train: 10, test: 5 }, ...stage("s49"), stages };
  const [run] = planSource(parseSource("x.json", JSON.stringify(file)), []);
  expect(run?.stages.map(({ name }) => name)).toEqual(Object.keys(stages));
});
