/** Tests of the sentence about runs that differ in more than seeds. */
import { expect, test } from "vitest";
import { mixedNote } from "../../../src/reports/html/mixed-note.ts";

test("names what differs, as text, and says nothing where nothing does", () => {
  const { text } = mixedNote(["version", "file <b>.ts"]);
  expect(text).toContain("what was swept: version, file &lt;b&gt;.ts. ");
  expect(mixedNote([]).text).toBe("");
});
