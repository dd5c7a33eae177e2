/** Experiments of each family of objectives learn on TensorFlow's graphs what they learn on ONNX Runtime. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, describe, expect, test } from "vitest";
import { installedTensorFlow } from "../../src/engine/tensorflow/library/folder.ts";
import { prepareExperiment } from "../../src/experiments/planning/run-plan.ts";
import { execute } from "../../src/experiments/running/execute.ts";
import { glance } from "../../src/reproduction/scale.ts";
import { keepTensorFlowVariables } from "../fixtures/tensorflow-environment.ts";

const root = mkdtempSync(join(tmpdir(), "retort-tensorflow-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

keepTensorFlowVariables();

interface MetricsRecord {
  readonly kind: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The first loss of each run of a file, by the run's name. */
const losses = async (file: string, engine: string): Promise<Record<string, number>> => {
  const runs = await prepareExperiment(file, [...glance(file), `engine=${engine}`]);
  const { signal } = new AbortController();
  const options = { out: join(root, engine), cache: join(root, `cache-${engine}`), threads: 1, signal };
  const events = await lastValueFrom(execute(runs, options).pipe(toArray()));
  return Object.fromEntries(
    events.flatMap((event) => {
      if (event.kind !== "end" || event.training.stage !== undefined) return [];
      const records = readFileSync(join(event.folder, "metrics.jsonl"), "utf8").trim().split("\n");
      const steps = records.map((line) => JSON.parse(line) as MetricsRecord).filter(({ kind }) => kind === "step");
      return [[event.training.run, steps[0]!.metrics["loss"]!]];
    }),
  );
};

// Needs the library that `retort engines install tensorflow` installs.
describe.skipIf(installedTensorFlow("cpu") === undefined)("the same first losses", () => {
  test.each(["sft", "gkd", "rl-gkd", "grpo", "actor-critic", "bradley-terry"])(
    "of experiments/objectives/%s.json",
    async (name) => {
      const file = `experiments/objectives/${name}.json`;
      const [expected, found] = [await losses(file, "onnx"), await losses(file, "tensorflow")];
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      expect(Object.values(expected).every(Number.isFinite)).toBe(true);
      for (const [run, loss] of Object.entries(expected)) expect(found[run]).toBeCloseTo(loss, 4);
    },
    300_000,
  );
});
