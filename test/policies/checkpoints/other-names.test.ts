/** Other names of parameters, and copies. */
import { describe, expect, test } from "vitest";
import { underParameterNames } from "../../../src/policies/checkpoints/other-names.ts";
import type { StoredWeights } from "../../../src/policies/checkpoints/safetensors/stored-weights.ts";

const storedOf = (values: Readonly<Record<string, readonly number[]>>): StoredWeights => ({
  path: "a file",
  tensors: Object.fromEntries(Object.entries(values).map(([name, row]) => [name, { shape: [row.length] }])),
  read: (names) => Promise.resolve(Object.fromEntries(names.map((name) => [name, Float32Array.from(values[name]!)]))),
});

const format = {
  alias: (name: string) => (name === "head" || name === "encoder.table" ? "table" : `body.${name}`),
  leftOut: { "own.head": "table" },
};
const named = (values: Readonly<Record<string, readonly number[]>>, parameters: readonly string[]): StoredWeights =>
  underParameterNames(storedOf(values), parameters, format);

describe("weights under the parameters' names", () => {
  test("a name without its prefix and a copy are taken for the parameter", async () => {
    const weights = named({ "layer.0": [1], table: [2, 3], head: [2, 3] }, ["body.layer.0", "table"]);
    expect(weights.tensors).toEqual({ "body.layer.0": { shape: [1] }, table: { shape: [2] } });
    expect(await weights.read(["body.layer.0", "table"])).toEqual({ "body.layer.0": Float32Array.of(1), table: Float32Array.of(2, 3) });
  });

  test("a copy is used for a parameter that is not there", async () => {
    expect(await named({ "encoder.table": [5] }, ["table"]).read(["table"])).toEqual({ table: Float32Array.of(5) });
  });

  test("a parameter that was left out has the values of the one that it equals", async () => {
    const both = { table: Float32Array.of(4), "own.head": Float32Array.of(4) };
    expect(await named({ table: [4] }, ["table", "own.head"]).read(["table", "own.head"])).toEqual(both);
    expect(await named({ table: [4], "own.head": [7] }, ["table", "own.head"]).read(["own.head"])).toEqual({
      "own.head": Float32Array.of(7),
    });
  });

  test("what is no parameter keeps its name, so that it can be refused", () => {
    expect(Object.keys(named({ table: [1], strange: [2] }, ["table"]).tensors)).toEqual(["table", "strange"]);
  });

  test.each([[[2, 4]], [[2]], [[Number.NaN, 3]]])("a copy that holds %j is refused by name", async (copy) => {
    await expect(named({ table: [2, 3], head: copy }, ["table"]).read(["table"])).rejects.toThrow('"head": expected the values of "table"');
  });
});
