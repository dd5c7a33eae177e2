/** Tests of shaped advantages: scaling, clipping, baseline and normalisation, and what a file says of them. */
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import { Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { advantageSchemas, createAdvantages, shapedAdvantages, type AdvantageValues } from "../../../src/objectives/advantages/shaped.ts";
import { groupMean } from "../../../src/objectives/baselines/group-mean.ts";
import { leaveOneOut } from "../../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../../src/objectives/baselines/moving-average.ts";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";

const rewards = Float32Array.of(1, 3, 5, 2, 2, 8);

const expectClose = (actual: ArrayLike<number>, expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
};

describe("rewards", () => {
  test("pass through, with the baseline's advantage, when nothing is asked for", () => {
    const given = rewards.slice();
    const { advantages, rewards: shaped, ...rest } = shapedAdvantages({ baseline: leaveOneOut }).estimate(given, 3, null);
    expect(given).toEqual(rewards);
    expect(rest).toEqual({ state: null });
    expect(shaped).toEqual(rewards);
    expectClose(advantages, [-3, 0, 3, -3, -3, 6]);
  });

  test("are scaled and then clipped, on both sides", () => {
    const estimator = shapedAdvantages({ baseline: noBaseline, rewardScale: 2, rewardClip: 5 });
    const { advantages, rewards: shaped, cut } = estimator.estimate(Float32Array.of(1, 2.5, 3, -4), 1, null);
    expect(cut).toBe(0.5);
    expectClose(shaped, [2, 5, 5, -5]);
    expectClose(advantages, [2, 5, 5, -5]);
  });

  test("reach the baseline as they are after that", () => {
    const estimator = shapedAdvantages({ baseline: movingAverage(0), rewardScale: 2, rewardClip: 5 });
    const { state } = estimator.estimate(Float32Array.of(1, 100), 2, estimator.initial);
    expectClose(estimator.estimate(Float32Array.of(1), 1, state).advantages, [2 - 3.5]);
  });
});

describe("normalisation", () => {
  test("by group divides by the sample deviation of the prompt's rewards plus 1e-4, as TRL does", () => {
    const { advantages } = shapedAdvantages({ baseline: groupMean, normalize: "group" }).estimate(rewards, 3, null);
    const [first, second] = [2 + 1e-4, Math.sqrt(12) + 1e-4];
    expectClose(advantages, [-2 / first, 0, 2 / first, -2 / second, -2 / second, 4 / second]);
  });

  test("by group uses the rewards' deviation, whatever the baseline is", () => {
    const { advantages } = shapedAdvantages({ baseline: leaveOneOut, normalize: "group" }).estimate(Float32Array.of(0, 2), 2, null);
    expectClose(advantages, [-2 / (Math.SQRT2 + 1e-4), 2 / (Math.SQRT2 + 1e-4)]);
  });

  test("by batch subtracts the mean of all advantages and divides by their sample deviation plus 1e-4", () => {
    const { advantages } = shapedAdvantages({ baseline: noBaseline, normalize: "batch" }).estimate(rewards, 3, null);
    const deviation = Math.sqrt([2.5, 0.5, 1.5, 1.5, 1.5, 4.5].reduce((sum, x) => sum + x * x, 0) / 5) + 1e-4;
    expectClose(
      advantages,
      [-2.5, -0.5, 1.5, -1.5, -1.5, 4.5].map((x) => x / deviation),
    );
    expect(advantages.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 5);
  });

  test("leaves equal rewards and a step of one at zero, and no rewards as none", () => {
    for (const normalize of ["group", "batch"] as const) {
      const equal = shapedAdvantages({ baseline: leaveOneOut, normalize }).estimate(Float32Array.of(2, 2, 2, 2), 2, null);
      expect([...equal.advantages]).toEqual([0, 0, 0, 0]);
      const none = shapedAdvantages({ baseline: noBaseline, normalize }).estimate(new Float32Array(0), 2, null);
      expect(none.advantages).toHaveLength(0);
    }
    const single = shapedAdvantages({ baseline: noBaseline, normalize: "batch" }).estimate(Float32Array.of(3), 1, null);
    expect([...single.advantages]).toEqual([0]);
  });

  test("by group is refused for groups of one, which have no deviation", () => {
    const estimator = shapedAdvantages({ baseline: noBaseline, normalize: "group" });
    expect(() => estimator.estimate(Float32Array.of(3, 4), 1, null)).toThrow(RangeError);
    expect(() => estimator.estimate(Float32Array.of(3, 4), 1, null)).toThrow(/normalise by group, got groups of 1.*use "batch"/);
  });
});

test("the name says all that it does, so that different estimators have different names", () => {
  const names = [
    shapedAdvantages({ baseline: noBaseline }),
    shapedAdvantages({ baseline: leaveOneOut }),
    shapedAdvantages({ baseline: noBaseline, rewardScale: 2 }),
    shapedAdvantages({ baseline: noBaseline, rewardClip: 2 }),
    shapedAdvantages({ baseline: noBaseline, normalize: "group" }),
    shapedAdvantages({ baseline: noBaseline, normalize: "batch" }),
    shapedAdvantages({ baseline: movingAverage(0.9) }),
    shapedAdvantages({ baseline: movingAverage(0.5) }),
  ].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe("scale 1, clip Infinity, none, normalize none");
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a scale of %d is refused", (rewardScale) => {
  expect(() => shapedAdvantages({ baseline: noBaseline, rewardScale })).toThrow(/expected rewardScale above 0/);
});

test.each([0, -1, Number.NaN])("a clip at %d is refused", (rewardClip) => {
  expect(() => shapedAdvantages({ baseline: noBaseline, rewardClip })).toThrow(/expected rewardClip above 0/);
});

describe("in a file", () => {
  const schema = Type.Object(advantageSchemas({ type: "group-mean" }, "group"), { additionalProperties: false });
  const validate = new Ajv({ useDefaults: true, discriminator: true, keywords: [moduleKeywordDefinition] }).compile<AdvantageValues>(
    schema,
  );
  const created = (value: unknown): string => {
    if (!validate(value)) throw new RangeError("not valid");
    return createAdvantages(value).name;
  };

  test("the defaults are those of the objective, and everything can be set", () => {
    expect(created({})).toBe("scale 1, clip Infinity, group-mean, normalize group");
    expect(created({ baseline: { type: "none" }, rewardScale: 0.5, rewardClip: 2, normalize: "batch" })).toBe(
      "scale 0.5, clip 2, none, normalize batch",
    );
  });

  test.each([{ rewardScale: 0 }, { rewardClip: 0 }, { normalize: "all" }, { baseline: { type: "critic" } }])("%j is refused", (value) => {
    expect(() => created(value)).toThrow(RangeError);
  });
});
