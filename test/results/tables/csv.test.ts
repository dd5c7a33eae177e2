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

test("what a spreadsheet would compute is a text there; numbers stay numbers", () => {
  const rows = [
    ["=HYPERLINK(1)", "+1", "-1"],
    ["@x", "\t=1", -1],
    ["\r=1", "a=1", "-"],
  ];
  expect([...csvText({ columns: ["=a", "b", "c"], rows })].join("")).toBe(
    "'=a,b,c\r\n'=HYPERLINK(1),'+1,'-1\r\n'@x,'\t=1,-1\r\n\"'\r=1\",a=1,'-\r\n",
  );
});
