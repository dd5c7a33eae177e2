/** Parts of documents: how locations and values are named. */
import { Type } from "@sinclair/typebox";
import { expect, test } from "vitest";
import { checked, part, quoted, readPart } from "../../../src/tokenizers/huggingface/part.ts";

const parts = {
  Times: part(
    Type.Object({ type: Type.Literal("Times"), by: Type.Integer() }),
    ({ by }) =>
      (x: number) =>
        x * by,
  ),
};
const read = (value: unknown) =>
  readPart(parts, "all", value, "/x", (members) => (x: number) => members.reduce((product, member) => member(product), x));

test("a part, or a sequence of parts in turn", () => {
  expect(read({ type: "Times", by: 3 })?.(2)).toBe(6);
  expect(read({ type: "Sequence", all: [{ type: "Times", by: 3 }, null, { type: "Times", by: 5 }] })?.(2)).toBe(30);
  expect(read(null)).toBeUndefined();
});

test("types that every object has are none of a document", () => {
  for (const type of ["constructor", "__proto__", "toString", 3, undefined]) {
    expect(() => read({ type })).toThrow(/^tokenizer\.json: expected type to be one of Times at \/x/u);
  }
});

test("mistakes have a location and a value; long values are cut", () => {
  expect(() => checked(Type.Object({ a: Type.Integer() }), { a: "b" }, "/here")).toThrow(
    'tokenizer.json: expected integer at /here/a, got "b"',
  );
  expect(quoted("x".repeat(1000))).toBe(`"${"x".repeat(57)}..."`);
  expect(quoted(["a", [1], {}, null, 5])).toBe('["a",[...],{...},null,...]');
  expect(quoted({ a: 1 })).toBe("{...}");
  expect(quoted(undefined)).toBe("nothing");
});
