/** Tests of values by the end of their pointers. */
import { describe, expect, test } from "vitest";
import { isShortName, pointerNamed } from "../../../src/experiments/file/short-names.ts";

const file = {
  student: { type: "ngram", order: 3 },
  teacher: { stage: "t" },
  rewards: [{ type: "exact-match" }],
  objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5 } },
  training: { steps: 2, optimizer: { type: "adamw", learningRate: 0.1 } },
  stages: { t: { student: { type: "ngram", order: 2 }, objective: { type: "sft" }, training: { steps: 1, freeze: ["x"] } } },
};

describe("a short name", () => {
  test.each([
    ["beta", "/objective/divergence/beta"],
    ["steps", "/training/steps"],
    ["seed", "/seed"],
    ["beta2", "/training/optimizer/beta2"],
    ["divergence/beta", "/objective/divergence/beta"],
    ["t/training/freeze", "/stages/t/training/freeze"],
    ["objective/average", "/objective/average"],
  ])("%s is %s: a key of the file, then of the run, then of a stage", (name, pointer) => {
    expect(pointerNamed(name, [file])).toBe(pointer);
  });

  test("that may be several is refused with all of them", () => {
    expect(() => pointerNamed("temperature", [file])).toThrow(
      'expected one of /teacher/temperature, /rollouts/temperature, /evaluation/temperature, got "temperature"; write the one that you mean',
    );
  });

  test("that is none is refused with the nearest; another divergence has no beta", () => {
    expect(() => pointerNamed("bta", [file])).toThrow('no value of this file is called "bta"; did you mean /objective/divergence/beta?');
    const other = { ...file, objective: { type: "distillation", divergence: { type: "forward-kl" } } };
    expect(() => pointerNamed("beta", [other])).toThrow(/^no value of this file is called "beta"/u);
    expect(pointerNamed("beta", [other, file])).toBe("/objective/divergence/beta");
  });

  test("is letters, digits and what keys have beside them", () => {
    expect(["alpha", "divergence/beta", "/alpha", "", "a b", "a=1"].map(isShortName)).toEqual([true, true, false, false, false, false]);
  });
});
