/** Tests of what is collected of trials that were trained: curves, completions and times, and the same bytes each time. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/sweeps/executors/local.ts";
import { collectFigure, type Collected } from "../../src/reproduction/collect.ts";
import { writeJson } from "../../src/files/json-file.ts";
import { callsIn, machineOf, machinePath, machinesIn } from "../../src/reproduction/figure-machine.ts";
import { readFigure, resultsPath, writeFigure } from "../../src/reproduction/figure-results.ts";
import { keptLooks, keptTrials } from "../../src/reproduction/kept-trials.ts";
import { recordCall, writePart, writeResults } from "../../src/reproduction/write-results.ts";
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

const machine = (jobs: number) => machineOf({ jobs, training: collected.training, elapsed: 5, steps: collected.steps });

test("results are written with the machine that ran them, one after the other where some were there", async () => {
  const folder = join(sweep.root, "written");
  mkdirSync(folder);
  const call = { began: "2026-01-02T03:04:05.000Z", milliseconds: 7, trials: 2 };
  const ran = { jobs: 2, elapsed: 5, any: true, kept: undefined, call };
  const machines = () => machinesIn(folder, figure).map(({ jobs, elapsed }) => [jobs, elapsed]);
  const { trials, ...head } = collected.results;
  const some = (count: number): Collected => ({ ...collected, results: { ...head, trials: trials.slice(0, count) } });
  await writeResults(folder, some(2), ran);
  expect(machines()).toEqual([[2, 5]]);
  const calls = () => machinesIn(folder, figure).flatMap(callsIn);
  expect(calls()).toEqual([call]);
  // What goes on from these results has the calls of both, what replaces them its own.
  await writeResults(folder, some(3), { ...ran, call: { ...call, milliseconds: 8 } });
  expect(calls()).toEqual([call, { ...call, milliseconds: 8 }]);
  await writeResults(folder, some(2), ran);
  expect(calls()).toEqual([call]);
  // Nothing was run, so that the machine is the one that did.
  await writeResults(folder, some(2), { ...ran, jobs: 3, any: false });
  expect(machines()).toEqual([[2, 5]]);
  const kept = { ...some(2).results, engines: ["onnx"], trainingTime: 0 };
  await writeResults(folder, some(2), { ...ran, jobs: 4, kept });
  expect(machines()).toEqual([[2, 5]]);
  await writeResults(folder, collected, { ...ran, jobs: 4, elapsed: undefined, kept });
  expect(machines()).toEqual([
    [2, 5],
    [4, undefined],
  ]);
  expect(readFigure(folder, figure)).toEqual(collected.results);
});

test("of a call that was stopped in a look the time is written, and no result", async () => {
  const folder = join(sweep.root, "stopped");
  mkdirSync(folder);
  const call = { began: "2026-01-02T03:04:05.000Z", milliseconds: 7, trials: 2 };
  const calls = () => machinesIn(folder, figure).flatMap(callsIn);
  const ran = { jobs: 2, kept: undefined };
  await recordCall(folder, collected.results, { ...ran, call });
  expect(readFigure(folder, figure)).toBeUndefined();
  await writeResults(folder, collected, { jobs: 2, elapsed: 5, any: true, kept: undefined, call: { ...call, milliseconds: 8 } });
  expect(calls().map(({ milliseconds }) => milliseconds)).toEqual([7, 8]);
  const bytes = readFileSync(resultsPath(folder, figure), "utf8");
  await recordCall(folder, collected.results, { ...ran, call: { ...call, milliseconds: 9 } });
  expect(calls().map(({ milliseconds }) => milliseconds)).toEqual([7, 8, 9]);
  // One call is not the whole any more.
  expect(machinesIn(folder, figure)).toMatchObject([{ training: collected.training }]);
  expect(machinesIn(folder, figure)[0]).not.toHaveProperty("elapsed");
  expect(readFileSync(resultsPath(folder, figure), "utf8")).toBe(bytes);
  // The folder has results of others.
  await recordCall(folder, { ...collected.results, trials: [] }, { ...ran, call });
  expect(calls()).toHaveLength(3);
  // Results that are kept may be another machine's: the call is then of a machine of its own.
  const kept = { ...collected.results, engines: ["onnx"], trainingTime: 0 };
  await recordCall(folder, collected.results, { jobs: 3, kept, call: { ...call, milliseconds: 10 } });
  expect(machinesIn(folder, figure).map(({ jobs, training }) => [jobs, training])).toEqual([
    [2, collected.training],
    [3, 0],
  ]);
  expect(calls().map(({ milliseconds }) => milliseconds)).toEqual([7, 8, 9, 10]);
});

test("results that are kept say how many looks they have had", async () => {
  const folder = join(sweep.root, "looks");
  mkdirSync(folder);
  expect(keptLooks(folder, figure)).toBeUndefined();
  const { results } = collected;
  const [trial] = results.trials;
  const seeds = (count: number) =>
    Array.from({ length: count }, (_, seed) => ({
      ...trial!,
      id: String(seed).repeat(64).slice(0, 64),
      axes: { ...trial!.axes, "/seed": seed },
    }));
  const found = async (count: number, more: object) => {
    await writeFigure(folder, { ...results, trials: seeds(count), planned: count, looks: 5, ...more });
    return keptLooks(folder, figure);
  };
  expect(await found(3, {})).toEqual({ looks: 1, ids: new Set(seeds(3).map(({ id }) => id)) });
  expect(await found(8, {})).toMatchObject({ looks: 3 });
  await expect(found(4, {})).rejects.toThrow(
    /figure-5\.json: expected whole results of 5 looks, with 3, 5, 8, 12, 20 seeds, got 4 of 4 trials of 5 looks, with 4 seeds; run/u,
  );
  await expect(found(5, { planned: 6 })).rejects.toThrow("got 5 of 6 trials of 5 looks, with 5 seeds; run without --keep-results");
  await expect(found(5, { looks: undefined })).rejects.toThrow("5 of 5 trials of no looks");
  await expect(found(5, { looks: 4 })).rejects.toThrow("5 of 5 trials of 4 looks");
});

test("a part of a figure does not replace results that have others", async () => {
  const folder = join(sweep.root, "part");
  mkdirSync(folder);
  const call = { began: "2026-01-02T03:04:05.000Z", milliseconds: 7, trials: 2 };
  const ran = { jobs: 2, any: true, kept: undefined, call };
  const { trials, ...head } = collected.results;
  const part = (...chosen: number[]): Collected => ({
    ...collected,
    results: { ...head, trials: chosen.map((i) => trials[i]!) },
  });
  expect(await writePart(folder, part(), ran)).toBeUndefined();
  expect(readFigure(folder, figure)).toBeUndefined();
  expect(await writePart(folder, part(0, 1), ran)).toBeUndefined();
  expect(await writePart(folder, part(0, 1, 2), ran)).toBeUndefined();
  const bytes = readFileSync(resultsPath(folder, figure), "utf8");
  expect(await writePart(folder, part(0), ran)).toMatch(/figure-5\.json: left as it was, since it has 2 trials that this part/u);
  expect(await writePart(folder, part(0, 1, 3), ran)).toContain("it has 1 trial that this part of the figure has not");
  expect(readFileSync(resultsPath(folder, figure), "utf8")).toBe(bytes);
  writeFileSync(resultsPath(folder, figure), bytes.slice(0, 100));
  expect(await writePart(folder, part(0, 1, 2, 3), ran)).toMatch(/figure-5\.json: left as it was: .*figure-5\.json/u);
  expect(readFileSync(resultsPath(folder, figure), "utf8")).toBe(bytes.slice(0, 100));
});

test("of trials whose folders are gone the results are kept, where everything that decided them is as it was", async () => {
  const { folder, sweep: frozen } = await sweep.work();
  const results = join(sweep.root, "kept");
  mkdirSync(results);
  expect(keptTrials(results, figure, "pretrained", frozen)).toBeUndefined();
  await writeFigure(results, collected.results);
  const kept = () => keptTrials(results, figure, "pretrained", frozen);
  expect(kept).toThrow("expected results of version 0.5.0, which can be joined, got no version");
  const made = machine(2);
  await writeJson(machinePath(results, figure), { ...made, versions: { ...made.versions, "retort-rl": "0.4.0" } });
  expect(kept).toThrow("got 0.4.0; run the figure again without --keep-results, which replaces them");
  await writeJson(machinePath(results, figure), made);
  const [gone] = frozen.trials;
  rmSync(trialFolder(folder, frozen, gone!), { recursive: true });
  expect((await collect()).results.trials).toHaveLength(3);
  const again = await collectFigure(folder, frozen, figure, "pretrained", kept());
  expect(again.results).toEqual(collected.results);
  expect(kept()!.trainingTime).toBe(collected.training);
  expect([again.steps, again.training]).toEqual([{}, 0]);

  const elsewhere = { ...kept()!, trials: kept()!.trials.slice(0, 2), engines: ["another"] };
  await expect(collectFigure(folder, frozen, figure, "pretrained", elsewhere)).rejects.toThrow(
    /expected trials of another .*, got some of \w+;/u,
  );

  const other = { ...frozen, trials: frozen.trials.map((trial, i) => (i === 1 ? { ...trial, id: "0".repeat(64) } : trial)) };
  expect(() => keptTrials(results, figure, "pretrained", other)).toThrow(
    /figure-5\.json: expected trials of the 4 that the figure has now, got 1 of others, such as seed=1 \S+ \S+: other --seeds/u,
  );
  expect(() => keptTrials(results, figure, "small", frozen)).toThrow("expected results of scale small, got those of scale pretrained");
});
