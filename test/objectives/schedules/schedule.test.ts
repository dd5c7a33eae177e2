/** Tests of schedules: one number, on the host and within programs, and what files may say. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import type { Json, JsonObject } from "../../../src/files/json.ts";
import {
  boundsOf,
  checkSchedule,
  numberAt,
  progressAt,
  scheduled,
  scheduleNeeds,
  scheduleSchema,
  type Schedule,
} from "../../../src/objectives/schedules/schedule.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

const late: Schedule = { from: 0.25, to: 0.75, start: 0.5, end: 0.75 };

describe("the number at a moment of the run", () => {
  test.each<[Schedule, number, number]>([
    [0.3, 0, 0.3],
    [0.3, 1, 0.3],
    [{ from: 1, to: 0 }, 0, 1],
    [{ from: 1, to: 0 }, 0.25, 0.75],
    [{ from: 1, to: 0 }, 1, 0],
    [late, 0, 0.25],
    [late, 0.5, 0.25],
    [late, 0.625, 0.5],
    [late, 0.75, 0.75],
    [late, 1, 0.75],
    [{ from: 2, to: 4, end: 0.5 }, 0.25, 3],
    [{ from: 2, to: 4, start: 0.5 }, 0.75, 3],
  ])("%j at %d is %d", (schedule, progress, expected) => {
    expect(numberAt(schedule, progress)).toBe(expected);
  });

  test.each(engines)("is the same within a program on $name", async ({ evaluate }) => {
    const ramps: Schedule[] = [{ from: 1, to: 0 }, late, { from: 2, to: 4, end: 0.5 }, { from: 0.1, to: 0.1 }];
    for (const progress of [0, 0.2, 0.5, 0.7, 1]) {
      const outputs = await compute(evaluate, { progress: floats([], [progress]) }, (inputs) =>
        Object.fromEntries(
          ramps.map((ramp, i) => [String(i), scheduled(ramp, { progress: inputs["progress"] as tf.Scalar }) as tf.Scalar]),
        ),
      );
      ramps.forEach((ramp, i) => expect(outputs[i]![0]).toBeCloseTo(numberAt(ramp, progress), 6));
    }
  });

  test("a constant is no tensor and reads no progress; a ramp must be given it", () => {
    expect(scheduled(0.5, {})).toBe(0.5);
    expect(() => scheduled(late, {})).toThrow(new TypeError("schedule: expected the run's progress, got none; the objective must need it"));
  });
});

test("only ramps need the run's progress", () => {
  expect(scheduleNeeds()).toEqual([]);
  expect(scheduleNeeds(1, 0)).toEqual([]);
  expect(scheduleNeeds(1, late)).toEqual(["progress"]);
});

test("progress is 0 at the first step and 1 at the last, and a run of one step is at its end", () => {
  expect([1, 2, 3, 4, 5].map((step) => progressAt(step, 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(progressAt(1, 1)).toBe(1);
});

test("bounds are those of both ends, whichever is higher", () => {
  expect(boundsOf(3)).toEqual({ least: 3, most: 3 });
  expect(boundsOf({ from: 1, to: 2 })).toEqual({ least: 1, most: 2 });
  expect(boundsOf({ from: 2, to: 1 })).toEqual({ least: 1, most: 2 });
});

describe("refusals", () => {
  const check = (schedule: Schedule) => () => checkSchedule("part", schedule, 0, 1);

  test.each<[Schedule]>([[0], [1], [late], [{ from: 1, to: 0, start: 0, end: 1 }]])("%j is none", (schedule) => {
    expect(check(schedule)).not.toThrow();
  });

  test.each<[Schedule, string]>([
    [-0.1, "part: expected a number in [0, 1], got -0.1"],
    [1.5, "part: expected a number in [0, 1], got 1.5"],
    [Number.NaN, "part: expected a number in [0, 1], got NaN"],
    [{ from: 0, to: 2 }, "part: expected a number in [0, 1], got 0 to 2"],
    [{ from: -1, to: 0 }, "part: expected a number in [0, 1], got -1 to 0"],
    [{ from: 0, to: Number.NaN }, "part: expected a number in [0, 1], got 0 to NaN"],
    [{ from: 0, to: 1, start: 0.5, end: 0.5 }, "part: expected 0 <= start < end <= 1, got start 0.5 and end 0.5"],
    [{ from: 0, to: 1, start: -0.1 }, "part: expected 0 <= start < end <= 1, got start -0.1 and end 1"],
    [{ from: 0, to: 1, end: 1.1 }, "part: expected 0 <= start < end <= 1, got start 0 and end 1.1"],
    [{ from: 0, to: 1, start: Number.NaN }, "part: expected 0 <= start < end <= 1, got start NaN and end 1"],
  ])("%j is one", (schedule, message) => {
    expect(check(schedule)).toThrow(new RangeError(message));
  });

  test("without an upper bound, infinity is refused still", () => {
    expect(() => checkSchedule("part", 1e6, 0)).not.toThrow();
    expect(() => checkSchedule("part", Infinity, 0)).toThrow(new RangeError("part: expected a number at least 0, got Infinity"));
  });
});

describe("in a file", () => {
  const part = (range: Parameters<typeof scheduleSchema>[1]) => JSON.parse(JSON.stringify(scheduleSchema("Share.", range))) as JsonObject;
  const check = checker<JsonObject>({
    type: "object",
    properties: { alpha: part({ minimum: 0, maximum: 1 }), weight: part({ minimum: 0, default: { from: 0, to: 2 } }) },
    required: ["alpha"],
    additionalProperties: false,
  });

  test("it is a number or a ramp, and left out it is the default", () => {
    expect(check({ alpha: 0.5, weight: 7 })).toEqual({ values: { alpha: 0.5, weight: 7 } });
    expect(check({ alpha: { from: 0, to: 1, end: 0.5 } })).toEqual({
      values: { alpha: { from: 0, to: 1, start: 0, end: 0.5 }, weight: { from: 0, to: 2, start: 0, end: 1 } },
    });
  });

  const alpha = "expected a number from 0 to 1, or an object { from, to, start, end }, such as 0.5, got";
  test.each<[Json, readonly string[]]>([
    [{ alpha: "x" }, [`/alpha: ${alpha} "x"`]],
    [{ alpha: 2 }, [`/alpha: ${alpha} 2`]],
    [
      { alpha: { from: 2 } },
      [
        '/alpha: missing key "to" (The number after it.), such as "to": 0.5',
        "/alpha/from: expected a number from 0 to 1, such as 0.5, got 2",
      ],
    ],
    [{ alpha: { form: 0, to: 1 } }, ['/alpha/form: unknown key "form"; did you mean "from"?']],
    [{ alpha: { from: 0, to: 1, start: 3 } }, ["/alpha/start: expected a number from 0 to 1, such as 0, got 3"]],
    [
      { alpha: 0, weight: -1 },
      ['/weight: expected a number of at least 0, or an object { from, to, start, end }, such as {"from":0,"to":2}, got -1'],
    ],
    [{}, [': missing key "alpha" (Share. A number, or a ramp over the run.), such as "alpha": 0.5']],
  ])("%j is said to be wrong in words", (value, messages) => {
    const result = check(value);
    expect("mistakes" in result && result.mistakes.map(({ pointer, message }) => `${pointer}: ${message}`)).toEqual(messages);
  });
});
