/** Tests of what the schema says of a key. */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { formsOf, keyEntries, root, schemaEntries, schemaPart } from "../../../src/experiments/reference/schema-entry.ts";

describe("a key by its pointer", () => {
  test("has type, default, meaning and an example, and the members of the family that have it", () => {
    // What has another meaning in another member is another entry.
    const [entry, other] = schemaEntries("/objective/divergence/beta");
    expect(other?.members).toEqual(["alpha-beta"]);
    expect(entry).toMatchObject({ key: "beta", required: true, default: undefined, members: ["jsd"] });
    expect(entry!.type).toMatch(/^a number/u);
    expect(entry!.meaning).not.toBe("");
  });

  test("is found in a stage, in a list, and by its name alone at the top of the file", () => {
    expect(schemaEntries("/stages/any/training/steps")).toMatchObject([{ key: "steps", required: true, example: 300 }]);
    expect(schemaEntries("/rewards/0/weight")[0]).toMatchObject({ default: "1" });
    expect(schemaEntries("seed")).toMatchObject([{ default: "0" }]);
    expect(schemaEntries("")[0]!.located).toBe(root);
  });

  test("that no file has is refused with the nearest one", () => {
    expect(() => schemaEntries("/objective/alhpa")).toThrow('no key "alhpa"; did you mean /objective/alpha?');
    expect(() => schemaEntries("/studnt")).toThrow("did you mean /student?");
    expect(() => schemaEntries("/seed/more")).toThrow("/seed has no keys");
  });
});

test("a family has its members as forms, each with its keys", () => {
  const [teacher] = schemaEntries("/teacher");
  expect(formsOf(teacher!.located).map(({ keys }) => keys[0]!.key)).toEqual(expect.arrayContaining(["mixture", "checkpoint", "stage"]));
  const [divergence] = schemaEntries("/objective/divergence");
  expect(
    formsOf(divergence!.located)
      .find(({ type }) => type === "jsd")
      ?.keys.map(({ key }) => key),
  ).toContain("beta");
});

test.each(["/objective/alpha", "/objective", "/student", "/rewards", "/stages", "/training/optimizer"])(
  "the schema of %s stands for itself and takes its example",
  (pointer) => {
    const entries = schemaEntries(pointer);
    const validate = new Ajv({ strict: false, discriminator: true }).compile(schemaPart(entries));
    for (const { example } of entries) expect(validate(example)).toBe(true);
    expect(validate("nothing of the kind")).toBe(false);
  },
);

test("every key of a file says what it is", () => {
  expect(keyEntries(root).filter(({ meaning, type }) => meaning === "" || type === "")).toEqual([]);
});
