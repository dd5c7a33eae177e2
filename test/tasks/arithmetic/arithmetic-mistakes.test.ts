/** Tests of wrong answers to arithmetic problems. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stream } from "../../../src/random/stream.ts";
import { mistaken } from "../../../src/tasks/arithmetic/arithmetic-mistakes.ts";

const valid = (step: string): boolean => {
  const [, left, sign, right, result] = /^(-?\d+)([+-])(\d+)=(-?\d+)$/.exec(step)!;
  return Number(left) + (sign === "+" ? 1 : -1) * Number(right) === Number(result);
};

test("one step is wrong, what follows comes from it, and the answer is another one", () => {
  const slips = new Set<number>();
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const wrong = mistaken("3-8=-5;-5+9=4;4+20=24#24", stream(seed, "test"));
      const [steps = "", answer] = wrong.split("#");
      const parts = steps.split(";");
      const wrongOnes = parts.flatMap((step, index) => (valid(step) ? [] : [index]));
      expect(wrongOnes).toHaveLength(1);
      slips.add(wrongOnes[0]!);
      for (const [index, step] of parts.entries()) {
        const result = step.slice(step.indexOf("=") + 1);
        if (index < parts.length - 1) expect(parts[index + 1]!.startsWith(result)).toBe(true);
        else expect(answer).toBe(result);
      }
      expect(Math.abs(Number(answer) - 24)).toBeGreaterThanOrEqual(1);
      expect(Math.abs(Number(answer) - 24)).toBeLessThanOrEqual(9);
      expect(wrong.length).toBeLessThanOrEqual("3-8=-5;-5+9=4;4+20=24#24".length);
    }),
    { seed: 3 },
  );
  expect(slips).toEqual(new Set([0, 1, 2]));
});

test("the numbers decide it", () => {
  expect(mistaken("7+12=19#19", stream(1, "test"))).toBe(mistaken("7+12=19#19", stream(1, "test")));
});

test.each(["9+0=9#9", "1-1=0#0", "1-2=-1#-1", "5+5=10#10", "50+49=99#99", "1-10=-9#-9", "9+1=10;10-1=9#9"])(
  "%s has one that is no longer",
  (reference) => {
    for (let seed = 0; seed < 20; seed += 1) expect(mistaken(reference, stream(seed, "test")).length).toBeLessThanOrEqual(reference.length);
  },
);
