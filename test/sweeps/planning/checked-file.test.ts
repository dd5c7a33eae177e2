/** Tests of files that are checked before they are believed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { afterAll, expect, test } from "vitest";
import { checkerOf, readChecked } from "../../../src/sweeps/planning/checked-file.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-checked-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "colour.json");
const schema = Type.Object({ red: Type.Integer() }, { additionalProperties: false });
const read = (): unknown => readChecked(path, { what: "a colour", longest: 20, check: checkerOf<{ red: number }>(schema) });

test("one that is not there is asked for", () => {
  expect(read).toThrow(/colour\.json: expected a colour in at most 20 bytes, got no file; start the sweep/u);
});

test("one that is right is read", () => {
  writeFileSync(path, '{"red": 3}');
  expect(read()).toEqual({ red: 3 });
});

test.each([
  ["too long", '{"red": 3000000000000}', /at most 20 bytes, got 22 bytes/u],
  ["no JSON", "{", /colour\.json: expected JSON/u],
  ["of another kind", '{"red": 0.5}', /colour\.json: \/red: /u],
  ["of more than it should be", '{"red": 3, "a": 1}', /colour\.json: \/a: unknown key/u],
])("one that is %s is refused", (_name, text, message) => {
  writeFileSync(path, text);
  expect(read).toThrow(message);
});
