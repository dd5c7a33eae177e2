/** Tests of what figures are run with at each scale. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prepareSweep } from "../../src/sweeps/planning/prepare-sweep.ts";
import { glance, scaleOverrides } from "../../src/reproduction/scale.ts";
import { tinyExperiment } from "../fixtures/tiny-sweep.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-scale-"));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (sweep: object): string => {
  const path = join(folder, "tiny.json");
  writeFileSync(path, JSON.stringify(tinyExperiment(sweep)));
  return path;
};

const axesAt = async (path: string, ...scale: Parameters<typeof scaleOverrides> extends [string, ...infer Rest] ? Rest : never) =>
  (await prepareSweep(path, scaleOverrides(path, ...scale))).trials.map(({ axes }) => axes);

describe("a figure's scale", () => {
  const path = written({ axes: { "/objective/alpha": [0.1, 0.3, 0.5], "/seed": [7] } });

  test("small has all values with as many seeds as asked for", async () => {
    expect(await axesAt(path, "small", 2)).toEqual(
      [0.1, 0.3, 0.5].flatMap((alpha) => [0, 1].map((seed) => ({ "/objective/alpha": alpha, "/seed": seed }))),
    );
  });

  test("smoke has the ends of each axis with one seed, and one step", async () => {
    expect(await axesAt(path, "smoke", 3)).toEqual([0.1, 0.5].map((alpha) => ({ "/objective/alpha": alpha, "/seed": 0 })));
    const { trials } = await prepareSweep(path, scaleOverrides(path, "smoke", 3));
    expect(trials.map(({ steps }) => steps)).toEqual([1, 1]);
  });

  test("smoke has the ends of groups that go together", async () => {
    const zipped = written({
      zip: [{ "/objective/alpha": [0.1, 0.3, 0.5], "/objective/divergence/beta": [0.1, 0.5, 0.9] }],
      axes: { "/seed": [0] },
    });
    expect(await axesAt(zipped, "smoke", 1)).toEqual([
      { "/objective/alpha": 0.1, "/objective/divergence/beta": 0.1, "/seed": 0 },
      { "/objective/alpha": 0.5, "/objective/divergence/beta": 0.9, "/seed": 0 },
    ]);
  });

  test("smoke takes axes together, and those of one value as they are", async () => {
    const crossed = written({
      axes: {
        "/objective/alpha": [0.1, 0.3, 0.5],
        "/objective/divergence/beta": [0.1, 0.9],
        "/training/optimizer/learningRate": [0.01],
        "/seed": [0, 1],
      },
    });
    expect(await axesAt(crossed, "smoke", 1)).toEqual([
      { "/objective/alpha": 0.1, "/objective/divergence/beta": 0.1, "/training/optimizer/learningRate": 0.01, "/seed": 0 },
      { "/objective/alpha": 0.5, "/objective/divergence/beta": 0.9, "/training/optimizer/learningRate": 0.01, "/seed": 0 },
    ]);
  });

  test("smoke has each variant once, with the last of each axis", async () => {
    const varied = join(folder, "varied.json");
    const variants = { one: {}, other: { objective: { divergence: { type: "forward-kl", beta: null } } } };
    writeFileSync(
      varied,
      JSON.stringify({ ...tinyExperiment({ axes: { "/objective/alpha": [0.1, 0.3, 0.5], "/seed": [0, 1] } }), variants }),
    );
    const { trials } = await prepareSweep(varied, scaleOverrides(varied, "smoke", 2));
    expect(trials.map(({ name, axes }) => [name, axes])).toEqual(
      ["one", "other"].map((name) => [name, { "/objective/alpha": 0.5, "/seed": 0 }]),
    );
  });

  test("smoke has one and two steps where the sweep sets their number", async () => {
    const trained = written({ axes: { "/training/steps": [900, 1800, 2700], "/objective/alpha": [0.1, 0.5], "/seed": [0] } });
    expect(await axesAt(trained, "smoke", 1)).toEqual([
      { "/training/steps": 1, "/objective/alpha": 0.1, "/seed": 0 },
      { "/training/steps": 2, "/objective/alpha": 0.5, "/seed": 0 },
    ]);
  });

  test("smoke leaves a size to the sweep that sets it", async () => {
    const swept = join(folder, "swept.json");
    const data = { task: { type: "arithmetic", train: 200, test: 4 }, data: { examples: 100 } };
    writeFileSync(swept, JSON.stringify({ ...tinyExperiment({ axes: { "/data/examples": [8, 20, 100], "/seed": [0] } }), ...data }));
    expect(await axesAt(swept, "smoke", 1)).toEqual([8, 100].map((examples) => ({ "/data/examples": examples, "/seed": 0 })));
    writeFileSync(swept, JSON.stringify({ ...tinyExperiment({}), ...data }));
    expect(glance(swept)).toContain("/data/examples=64");
  });

  test("a glance cuts what the file states and sets nothing else", () => {
    const overrides = glance(written({}));
    expect(overrides).toContain("/stages/teacher/training/steps=1");
    expect(overrides.some((text) => text.includes("/student/layers"))).toBe(false);
  });
});
