/** Tests of YAML with comments. */
import { expect, test } from "vitest";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { yamlLayout } from "../../../src/experiments/file/yaml-layout.ts";

test("comments and empty lines where they are asked for, short lists on one line, and the same values", () => {
  const value = { $schema: "./x.json", list: [1, 0.5, "yes"], rewards: [{ type: "length", target: 3 }] };
  const text = yamlLayout([
    { key: "$schema", value: value.$schema },
    { key: "list", value: value.list, note: "why\nso", apart: true },
    { key: "rewards", value: value.rewards },
    { key: "c", apart: true, note: "outside", members: [{ key: "d", value: "no: comment # here", note: "inside" }] },
  ]);
  expect(text).toBe(`$schema: ./x.json

# why so
list: [1, 0.5, yes]
rewards:
  - type: length
    target: 3

# outside
c:
  # inside
  d: "no: comment # here"
`);
  expect(parseSource("x.yaml", text).value).toEqual({ ...value, c: { d: "no: comment # here" } });
});
