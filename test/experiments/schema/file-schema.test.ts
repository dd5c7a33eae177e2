/** Tests of the schema that editors read: it says of a file by itself what `retort validate` says, up to the rules between parts. */
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { fileSchema } from "../../../src/experiments/schema/file-schema.ts";
import { isObject, type Json, type JsonObject } from "../../../src/files/json.ts";
import { checkSource } from "../../../src/experiments/planning/sound-file.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

/** As an editor does: draft 7 and nothing else, no defaults filled in. */
const validate = new Ajv({ strict: false, inlineRefs: false, code: { optimize: false } }).compile(fileSchema);

const file = (path: string): JsonObject => readExperiment(path).value as JsonObject;
const whole = ["fixtures/experiments/valid.json", "fixtures/experiments/small.yaml"].map((name) => file(`test/${name}`));
const objectives = ["kdrl", "weighted-sum", "taid", "actor-critic", "speculative-kd"].map((name) =>
  file(`experiments/objectives/${name}.json`),
);
const varied = [file("test/fixtures/experiments/variants.yaml"), file("experiments/ladder.json")];

/** What `retort validate` says before it asks whether parts fit together. */
const isSound = (value: Json): boolean => {
  try {
    // Where the modules are that the files name.
    checkSource(parseSource("test/fixtures/experiments/x.json", JSON.stringify(value)), []);
    return true;
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    return false;
  }
};

type Path = readonly (string | number)[];

const pathsOf = (value: Json, path: Path = []): Path[] => [
  path,
  ...(Array.isArray(value)
    ? (value as readonly Json[]).flatMap((item, i) => pathsOf(item, [...path, i]))
    : Object.entries(isObject(value) ? value : {}).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))),
];

const at = (value: Json, path: Path): Json =>
  path.reduce<Json>((here, key) => (here as Readonly<Record<string | number, Json>>)[key]!, value);

/** The value with another one at the path; without it, the key is taken away. */
const changed = (value: Json, [key, ...rest]: Path, by: Json | undefined): Json => {
  if (key === undefined) return by ?? null;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (rest.length === 0 && by === undefined) return list.filter((_, i) => i !== key);
    return list.map((item, i) => (i === key ? changed(item, rest, by) : item));
  }
  const object = value as JsonObject;
  if (rest.length > 0 || by !== undefined) return { ...object, [key]: changed(object[key] ?? null, rest, by) };
  return Object.fromEntries(Object.entries(object).filter(([one]) => one !== key));
};

const scalars = fc.constantFrom<Json>(
  null,
  true,
  "",
  "sft",
  "x",
  0,
  1,
  -1,
  0.5,
  1e300,
  2 ** 53,
  [],
  {},
  [0],
  { type: "sft" },
  { stage: "teacher" },
);

/** A valid file with up to four changes: a value replaced or taken away, a key more, a part from elsewhere. */
const mutated = (seeds: readonly JsonObject[]): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("replace", "remove", "add", "copy"), scalars), { maxLength: 4 }),
    )
    .map(([seed, changes]) =>
      changes.reduce<Json>((value, [where, from, kind, scalar]) => {
        const paths = pathsOf(value);
        const path = paths[where % paths.length]!;
        if (kind === "replace") return changed(value, path, scalar);
        if (kind === "remove") return path.length === 0 ? value : changed(value, path, undefined);
        if (kind === "copy") return changed(value, path, at(value, paths[from % paths.length]!));
        const here = at(value, path);
        return isObject(here) ? changed(value, [...path, "extra"], scalar) : value;
      }, seed),
    );

const isPart = (value: Json): boolean => isObject(value) && ("extends" in value || "variants" in value);

describe("the published schema", () => {
  test("takes the files that are valid", () => {
    for (const seed of [...whole, ...objectives, ...varied]) expect([isSound(seed), validate(seed)]).toEqual([true, true]);
  });

  test("takes a file that is whole exactly when validate does", () => {
    let taken = 0;
    fc.assert(
      fc.property(mutated([...whole, ...objectives]), (value) => {
        fc.pre(!isPart(value));
        const sound = isSound(value);
        taken += sound ? 1 : 0;
        expect(validate(value)).toBe(sound);
      }),
      { seed: 6, numRuns: 700 },
    );
    expect(taken).toBeGreaterThan(30);
  });

  test("takes a file of variants whenever validate does, and knows what no variant may have", () => {
    let taken = 0;
    fc.assert(
      fc.property(mutated(varied), (value) => {
        fc.pre(isPart(value));
        if (isSound(value)) {
          taken += 1;
          expect(validate(value)).toBe(true);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(30);
    expect(validate({ variants: { a: { objective: { alpha: 0.5 }, teacher: null } } })).toBe(true);
    for (const variant of [{ stages: {} }, { no: 1 }, { objective: { alpha: "x" } }, { training: { steps: -1 } }, 5]) {
      expect(validate({ variants: { a: variant } })).toBe(false);
    }
  });

  test("takes parts of a file that others complete, and no key that none has", () => {
    for (const part of [{ training: { steps: 3 } }, { objective: { alpha: 0.5 } }, { teacher: null }, { stages: { a: { seed: 1 } } }, {}]) {
      expect(validate(part)).toBe(false);
      for (const extended of ["base.json", ["a.yaml", "b.yaml"], []]) expect(validate({ ...part, extends: extended })).toBe(true);
    }
    for (const part of [{ training: { stops: 3 } }, { seed: "x" }, { extends: 5 }, { extends: [""] }, { rewards: [{ type: "no" }] }]) {
      expect(validate({ extends: "base.json", ...part })).toBe(false);
    }
  });
});

test("what a variant makes up for is said all the same", () => {
  const [first] = varied as [JsonObject];
  const problems = (value: Json): string => {
    try {
      // Where the modules are that the files name.
      checkSource(parseSource("test/fixtures/experiments/x.json", JSON.stringify(value)), []);
    } catch (error) {
      return String(error);
    }
    return "none";
  };
  expect(problems({ ...first, objective: 5 })).toMatch(/x\.json:1:\d+: \/objective: expected an object \{\.\.\.\}, such as .*, got 5/u);
  expect(problems({ ...first, variants: { sft: { ...((first["variants"] as JsonObject)["sft"] as JsonObject), techer: null } } })).toMatch(
    /x\.json:1:\d+: \/variants\/sft\/techer: unknown key "techer"; did you mean "teacher"\?/u,
  );
});
