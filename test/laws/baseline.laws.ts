/** What holds for every baseline. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Baseline } from "../../src/objectives/baselines/baseline.ts";

/**
 * `smallestGroup` is the fewest completions of a prompt that the baseline accepts. `ownShare` is the share of a completion's own reward in its
 * baseline, for groups of that size in a step with that many rewards: 0 unless it is biased.
 */
export const baselineLaws = (
  baseline: Baseline<unknown>,
  { smallestGroup, ownShare }: { smallestGroup: number; ownShare?: (group: number, rewards: number) => number },
): void => {
  const batches = fc
    .record({ group: fc.integer({ min: smallestGroup, max: 5 }), prompts: fc.integer({ min: 1, max: 4 }) })
    .chain(({ group, prompts }) =>
      fc.record({
        group: fc.constant(group),
        history: fc.array(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: group, maxLength: group }), { maxLength: 3 }),
        rewards: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: group * prompts, maxLength: group * prompts }),
        changed: fc.nat({ max: group * prompts - 1 }),
      }),
    );
  const stateAfter = (history: readonly (readonly number[])[], group: number): unknown =>
    history.reduce<unknown>((state, rewards) => baseline.estimate(Float32Array.from(rewards), group, state).state, baseline.initial);

  describe(`laws of a baseline: ${baseline.name}`, () => {
    test("there is one finite baseline for each reward, and the rewards stay as they are", () => {
      fc.assert(
        fc.property(batches, ({ group, history, rewards }) => {
          const given = Float32Array.from(rewards);
          const { baselines } = baseline.estimate(given, group, stateAfter(history, group));
          expect(baselines.length).toBe(rewards.length);
          expect([...baselines].every(Number.isFinite)).toBe(true);
          expect(given).toEqual(Float32Array.from(rewards));
        }),
        { seed: 1 },
      );
    });

    const effectOfOwn = (check: (effect: number, group: number, rewards: number) => void): void => {
      fc.assert(
        fc.property(batches, ({ group, history, rewards, changed }) => {
          const state = stateAfter(history, group);
          const other = rewards.map((reward, i) => (i === changed ? reward + 60 : reward));
          const [before, after] = [rewards, other].map(
            (values) => baseline.estimate(Float32Array.from(values), group, state).baselines[changed]!,
          );
          check(after! - before!, group, rewards.length);
        }),
        { seed: 2 },
      );
    };

    if (ownShare === undefined) {
      test("a completion's own reward does not move its baseline, so REINFORCE stays unbiased", () => {
        effectOfOwn((effect) => expect(effect).toBe(0));
      });
    } else {
      test("a completion's own reward moves its baseline by its share, which the gradient is too small by", () => {
        effectOfOwn((effect, group, rewards) => expect(effect).toBeCloseTo(60 * ownShare(group, rewards), 4));
      });
    }

    test("the state is plain data: it survives JSON, and the same state gives the same answer", () => {
      fc.assert(
        fc.property(batches, ({ group, history, rewards }) => {
          const state = stateAfter(history, group);
          const restored: unknown = JSON.parse(JSON.stringify(state));
          expect(restored).toEqual(state);
          const given = Float32Array.from(rewards);
          expect(baseline.estimate(given, group, restored)).toEqual(baseline.estimate(given, group, state));
          expect(state).toEqual(restored);
        }),
        { seed: 3 },
      );
    });

    test("a step without rewards has no baselines and changes no state", () => {
      const state = stateAfter([Array.from({ length: smallestGroup }, (_, i) => i + 1)], smallestGroup);
      const result = baseline.estimate(new Float32Array(0), smallestGroup, state);
      expect(result).toEqual({ baselines: new Float32Array(0), state });
    });

    test("rewards that are not whole groups are refused", () => {
      expect(() => baseline.estimate(new Float32Array(5), 3, baseline.initial)).toThrow(/5 rewards in groups of 3/);
      expect(() => baseline.estimate(new Float32Array(4), 0, baseline.initial)).toThrow(RangeError);
    });
  });
};
