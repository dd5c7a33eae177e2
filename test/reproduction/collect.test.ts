/** Tests of what is collected of trials that were trained: curves, completions and times, and the same bytes each time. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/sweeps/executors/local.ts";
import { collectFigure, type Collected } from "../../src/reproduction/collect.ts";
import { writeJson } from "../../src/files/json-file.ts";
import { machineOf, machinePath } from "../../src/reproduction/figure-machine.ts";
import { resultsPath, writeFigure } from "../../src/reproduction/figure-results.ts";
import { keptTrials } from "../../src/reproduction/kept-trials.ts";
import { trialFolder } from "../../src/sweeps/planning/trial-progress.ts";
import { tinySweep, type TinySweep } from "../fixtures/tiny-sweep.ts";

const figure = { name: "5", path: "figure-5.json" };
let sweep: TinySweep;
let collected: Collected;

const collect = async (): Promise<Collected> => {
  const { folder, sweep: frozen } = await sweep.work();
  return collectFigure(folder, frozen, figure, "pretrained");
};

beforeAll(async () => {
  // A trial that is evaluated on the way has a curve, and one that is not has none.
  sweep = await tinySweep({ axes: { "/seed": [1, 0], "/evaluation/every": [0, 2], "/training/inspectEvery": [2] } });
  await local(2).run(await sweep.work());
  collected = await collect();
  // Processes of the trials.
}, 120_000);
afterAll(() => sweep.remove());

const every = (value: number) => collected.results.trials.filter(({ axes }) => axes["/evaluation/every"] === value);

test("a trial has a curve where it was evaluated on the way, from its start to its end", () => {
  expect(collected.results.trials).toHaveLength(4);
  for (const { curve, completions } of every(0)) expect([curve, completions]).toEqual([undefined, undefined]);
  for (const { curve, initial, final } of every(2)) {
    expect(curve!.map(({ step }) => step)).toEqual([0, 2, 4]);
    expect(curve![0]).toEqual({ step: 0, tokens: 0, metrics: initial });
    expect(curve![2]!.tokens).toBeGreaterThan(curve![1]!.tokens);
    expect(final).toMatchObject(curve![2]!.metrics);
  }
});

test("one trial of a setting has three completions, with the nats of their tokens", () => {
  const shown = every(2).filter(({ completions }) => completions !== undefined);
  expect(shown.map(({ axes }) => axes["/seed"])).toEqual([0]);
  const { completions } = shown[0]!;
  expect(completions).toHaveLength(3);
  for (const { pieces, tokens } of completions!) expect(pieces).toHaveLength(tokens);
});

test("steps are timed where there is a curve, and times are not among the results", () => {
  expect(Object.keys(collected.steps).toSorted()).toEqual(
    every(2)
      .map(({ id }) => id)
      .toSorted(),
  );
  for (const time of Object.values(collected.steps)) expect(time).toBeGreaterThan(0);
});

test("the same trials are the same bytes, however often they are collected", async () => {
  const write = async (name: string, { results }: Collected): Promise<string> => {
    const folder = join(sweep.root, name);
    mkdirSync(folder);
    await writeFigure(folder, results);
    return readFileSync(resultsPath(folder, figure), "utf8");
  };
  expect(await write("again", await collect())).toBe(await write("first", collected));
});

test("of trials whose folders are gone the results are kept, where everything that decided them is as it was", async () => {
  const { folder, sweep: frozen } = await sweep.work();
  const results = join(sweep.root, "kept");
  mkdirSync(results);
  expect(keptTrials(results, figure, "pretrained", frozen)).toBeUndefined();
  await writeFigure(results, collected.results);
  const kept = () => keptTrials(results, figure, "pretrained", frozen);
  expect(kept).toThrow("expected results of version 0.5.0, which can be joined, got none");
  const machine = machineOf({ jobs: 2, training: collected.training, elapsed: undefined, steps: collected.steps });
  await writeJson(machinePath(results, figure), { ...machine, versions: { ...machine.versions, "retort-rl": "0.4.0" } });
  expect(kept).toThrow("got 0.4.0; run the figure again without --keep-results");
  await writeJson(machinePath(results, figure), machine);
  const [gone] = frozen.trials;
  rmSync(trialFolder(folder, frozen, gone!), { recursive: true });
  expect((await collect()).results.trials).toHaveLength(3);
  const again = await collectFigure(folder, frozen, figure, "pretrained", kept());
  expect(again.results).toEqual(collected.results);
  expect([again.steps, again.training]).toEqual([{}, 0]);

  const elsewhere = { ...kept()!, trials: kept()!.trials.slice(0, 2), engines: ["another"] };
  await expect(collectFigure(folder, frozen, figure, "pretrained", elsewhere)).rejects.toThrow(
    /expected trials of another .*, got some of \w+;/u,
  );

  const other = { ...frozen, trials: frozen.trials.map((trial, i) => (i === 1 ? { ...trial, id: "0".repeat(64) } : trial)) };
  expect(keptTrials(results, figure, "pretrained", other)!.trials.map(({ id }) => id)).toEqual(
    frozen.trials.flatMap(({ id }, i) => (i === 1 ? [] : [id])),
  );
  expect(() => keptTrials(results, figure, "small", frozen)).toThrow("expected results of scale small, got those of scale pretrained");
});
