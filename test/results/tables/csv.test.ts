/** Tests of comma-separated values. */
import { expect, test } from "vitest";
import { csvText } from "../../../src/results/tables/csv.ts";

test("quotes what needs it, leaves out what is not there, and keeps numbers whole", () => {
  const rows = [
    ['say "a, b"', 0.1 + 0.2, true],
    ["two\nlines", Number.NaN, undefined],
  ];
  expect([...csvText({ columns: ["/a", "b,c", "d"], rows })].join("")).toBe(
    '/a,"b,c",d\r\n"say ""a, b""",0.30000000000000004,true\r\n"two\nlines",NaN,\r\n',
  );
});
