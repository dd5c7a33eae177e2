/** Tests of what figures took. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeJson } from "../../src/files/json-file.ts";
import { machineOf, machinePath, machinesIn, stepsIn, timeTaken } from "../../src/reproduction/figure-machine.ts";
import { writeFigure } from "../../src/reproduction/figure-results.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-machine-"));
afterAll(() => rmSync(folder, { recursive: true }));
const figure = { name: "5", path: "figure-5.json" };

test("the time of a trial is known from a whole figure of the same scale, and from nothing else", async () => {
  expect(timeTaken(figure, "small", folder)).toBeUndefined();
  await writeFigure(folder, { figure: "5", scale: "small", question: "?", engine: "onnx", planned: 10, trials: [] });
  expect(timeTaken(figure, "small", folder)).toBeUndefined();
  await writeJson(machinePath(folder, figure), machineOf({ jobs: 2, training: 90_000, elapsed: 50_000, steps: {} }));
  expect(timeTaken(figure, "small", folder)).toBe(10_000);
  expect(timeTaken(figure, "full", folder)).toBeUndefined();
});

test("the machine is the one that this runs on", () => {
  expect(machineOf({ jobs: 1, training: 0, elapsed: 0, steps: {} })).toMatchObject({ versions: { node: process.versions.node }, jobs: 1 });
});

test("results that were kept have the machines and the steps of all calls, and no steps where machines differ", async () => {
  const name = { name: "8" };
  expect(machinesIn(folder, name)).toEqual([]);
  const first = machineOf({ jobs: 1, training: 1000, elapsed: undefined, steps: { a: 10, b: 20 } });
  await writeJson(machinePath(folder, name), first);
  const kept = machinesIn(folder, name);
  expect(kept).toMatchObject([{ training: 1000 }]);
  await writeJson(
    machinePath(folder, name),
    machineOf({ jobs: 2, training: 500, elapsed: undefined, steps: { b: 21, c: 30 }, earlier: kept }),
  );
  const both = machinesIn(folder, name);
  expect(both).toMatchObject([{ training: 1000 }, { training: 500, jobs: 2 }]);
  expect(both.map(({ earlier }) => earlier)).toEqual([undefined, undefined]);
  expect(stepsIn(both)).toEqual({ a: 10, b: 21, c: 30 });
  expect(stepsIn([...both, { ...both[0], machine: { processor: "another" } }])).toEqual({});
  expect(stepsIn([...both, { steps: {}, machine: { processor: "one that timed nothing" } }])).toEqual({ a: 10, b: 21, c: 30 });
});
