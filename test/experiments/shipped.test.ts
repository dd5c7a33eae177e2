/** Every file in experiments/ runs: its stages and all of its runs, for one step each. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execute } from "../../src/experiments/running/execute.ts";
import { readExperiment } from "../../src/experiments/file/extended-source.ts";
import type { JsonObject } from "../../src/files/json.ts";
import { baselines } from "../../src/objectives/baselines/index.ts";
import { divergences } from "../../src/objectives/divergences/index.ts";
import { objectives } from "../../src/objectives/index.ts";
import { behaviors } from "../../src/rollouts/behaviors/index.ts";
import { planExperiment } from "../../src/experiments/planning/run-plan.ts";
import { prepareExperiment } from "../../src/experiments/planning/run-plan.ts";
import { glance } from "../../src/reproduction/scale.ts";
import { modelPolicy, writeModel } from "../fixtures/model-folder.ts";

/** All but what others build on, the paper's numbers, and the figures: test/cli/commands/reproduce/reproduce.test.ts runs the small ones, and shipped-full.test.ts those with the paper's own models. */
const files = readdirSync("experiments", { recursive: true, encoding: "utf8" }).filter(
  (name) =>
    /\.(jsonc?|ya?ml)$/.test(name) && !/^(?:base\/|paper\/(?:figure-|ablations\/|full\/|reference\/|calibration\.json))/u.test(name),
);
const root = mkdtempSync(join(tmpdir(), "retort-shipped-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A model of as many layers as SmolLM2 has, instead of what a script would fetch. */
const standIn = join(root, "smollm2");
beforeAll(() => writeModel(standIn, 1, modelPolicy(30, 512), "{{ messages[0].content }}"));

/** Overrides for files that name models which are not in this repository. */
const localModels: Readonly<Record<string, readonly string[]>> = {
  "smollm2/ten-layers.json": [`/student/checkpoint=${standIn}`, `/teacher/checkpoint=${standIn}`],
};

/** The study's files: with the stand-in, and on an engine that needs no library. */
const study = [
  ...["teacher", "start"].map((stage) => `/stages/${stage}/student/checkpoint=${standIn}`),
  "/engine=onnx",
  "/precision=float32",
];

const overridesOf = (name: string): readonly string[] =>
  localModels[name] ?? (/^smollm2\/(?:base|pilot|figure-\d)/u.test(name) ? study : []);

const smoke = (name: string): string[] => [...glance(join("experiments", name)), ...overridesOf(name)];

/** Every `type` within a value. */
const typesIn = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(typesIn);
  return "type" in value && typeof value.type === "string" ? [value.type, ...inner] : inner;
};

test("what others build on is what quickstart has, so that its stages are trained once for all", () => {
  const { $schema: _schema, ...base } = readExperiment("experiments/base/arithmetic.json").value as JsonObject;
  expect(readExperiment("experiments/quickstart.json").value).toMatchObject(base);
  expect(Object.keys(base)).toEqual(["task", "stages"]);
});

test("every objective, divergence, baseline and behavior is in some file of experiments/objectives", () => {
  const plans = files
    .filter((name) => name.startsWith("objectives"))
    .flatMap((name) => planExperiment(join("experiments", name), smoke(name)));
  const trainings = plans.flatMap((run) => [run, ...run.stages]);
  const used = new Set(trainings.flatMap(({ values }) => typesIn([values.objective, values.rollouts])));
  for (const { types } of [objectives, divergences, baselines, behaviors]) for (const type of types) expect(used).toContain(type);
});

test.each(files)(
  "%s",
  async (name) => {
    const runs = await prepareExperiment(join("experiments", name), smoke(name));
    const { signal } = new AbortController();
    const events = await lastValueFrom(execute(runs, { out: root, cache: join(root, "cache"), threads: 1, signal }).pipe(toArray()));
    const ended = events.filter((event) => event.kind === "end" && event.training.stage === undefined);
    expect(ended.map((event) => event.training.run)).toEqual(runs.map((run) => run.name));
    for (const event of ended) {
      if (event.kind === "end") expect(existsSync(join(event.folder, "student", "model.safetensors"))).toBe(true);
    }
  },
  180_000,
);
