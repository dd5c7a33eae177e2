/** Tests of trials as drafts. */
import { describe, expect, test } from "vitest";
import { expand } from "../../../src/experiments/file/drafts.ts";
import type { Json } from "../../../src/files/json.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { axisNames, trialDraft } from "../../../src/sweeps/planning/trial-drafts.ts";

const source = parseSource("x.json", '{ "objective": { "alpha": 1 },\n"sweep": { "axes": {\n"/objective/alpha": [0.1,\n0.5] } } }');
const base = expand(source, []).drafts[0]!;
const setting = { pointer: "/objective/alpha", value: 0.5, axis: "/sweep/axes/~1objective~1alpha", at: "/sweep/axes/~1objective~1alpha/1" };
const names = new Map([["/objective/alpha", "alpha"]]);

describe("a trial", () => {
  const draft = trialDraft(base, [setting], names, false);

  test("is the file with its values set", () => {
    expect(draft).toMatchObject({
      name: "trial",
      label: "alpha=0.5",
      axes: { "/objective/alpha": 0.5 },
      value: { objective: { alpha: 0.5 } },
    });
  });

  test("has its mistakes where the sweep gives the value, and others where the file does", () => {
    expect(draft.locate("/objective/alpha")).toEqual({ location: { file: "x.json", line: 4, column: 1 }, pointer: setting.at });
    expect(draft.locate("/objective/alpha/from")).toMatchObject({ location: { line: 4 }, pointer: `${setting.at}/from` });
    expect(draft.locate("/objective/alpha", "key")).toMatchObject({ location: { line: 3, column: 1 }, pointer: setting.axis });
    expect(draft.locate("/objective", "whole")).toMatchObject({ location: { line: 4 } });
    expect(draft.locate("/objective")).toMatchObject({ location: { line: 1 }, pointer: "/objective" });
  });

  test("of a variant bears its name", () => {
    const variant = { ...base, name: "both", label: "Both" };
    expect(trialDraft(variant, [setting], names, true)).toMatchObject({ name: "both", label: "Both: alpha=0.5" });
  });

  test("says values in a few words, in marks where they have spaces", () => {
    const labelOf = (value: Json): string => trialDraft(base, [{ ...setting, value }], names, false).label;
    expect(labelOf({ type: "jsd", beta: 0.1 })).toBe('alpha="jsd beta 0.1"');
    expect(labelOf({ stage: "small" })).toBe("alpha=small");
  });

  test("sets what holds others first", () => {
    const whole = { pointer: "/objective", value: { type: "x" }, axis: "", at: "" };
    expect(trialDraft(base, [setting, whole], names, false).value).toMatchObject({ objective: { type: "x", alpha: 0.5 } });
  });

  test("whose value has no key in the file is refused", () => {
    expect(() => trialDraft(base, [{ ...setting, pointer: "/objective/alpha/deep" }], names, false)).toThrow(/expected an object at/u);
  });
});

test("axes are called by their last keys, or whole where two end alike", () => {
  const pointers = ["/seed", "/training/steps", "/stages/teacher/training/steps"];
  expect([...axisNames(pointers).values()]).toEqual(["seed", "training/steps", "stages/teacher/training/steps"]);
});
