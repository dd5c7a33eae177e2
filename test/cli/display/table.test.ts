/** Tests of plain tables. */
import pc from "picocolors";
import { expect, test } from "vitest";
import { table } from "../../../src/cli/display/table.ts";

test("columns are as wide as their widest cell, numbers to the right", () => {
  expect(
    table(
      ["run", "accuracy", "steps"],
      [
        ["teacher", 0.98765, 300],
        ["sft\nstudent", undefined, 20],
      ],
    ),
  ).toBe(
    ["run          accuracy  steps", "-----------  --------  -----", "teacher        0.9877    300", "sft student         -     20"].join(
      "\n",
    ),
  );
});

test("colours have no width", () => {
  const { green } = pc.createColors(true);
  const [head, rule] = table(["a", "b"], [[green("xyz"), "1"]]).split("\n");
  expect(head).toBe("a    b");
  expect(rule).toBe("---  -");
});

test("characters beyond ASCII count once, and rows may be more than a call has arguments", () => {
  expect(table(["a", "b"], [["é±", "x"]])).toBe("a   b\n--  -\né±  x");
  const rows = Array.from({ length: 200_000 }, (_, k) => [k]);
  expect(table(["n"], rows).split("\n").slice(0, 4)).toEqual(["     n", "------", "     0", "     1"]);
});

test("a table may be empty, and a row may not be short", () => {
  expect(table(["a"], [])).toBe("a\n-");
  expect(() => table(["a", "b"], [["x"]])).toThrow("expected 2 cells in each row, got 1");
});
