/** Tests of files that others complete, by themselves. */
import { expect, test } from "vitest";
import { fileMistakes } from "../../../src/experiments/schema/file-check.ts";

test("a base may leave out what others say, and a file that is run may not", () => {
  const part = { training: { steps: 3 } };
  expect(fileMistakes(part, true)).toEqual([]);
  expect(fileMistakes({ ...part, extends: "base.json" }, false)).toEqual([]);
  expect(fileMistakes(part, false).map(({ message }) => message)).toContain(
    'missing key "question" (What this experiment is to answer.), such as "question": "What do a reward and a teacher bring at once?"',
  );
});

test("what it says is right as far as it goes, and null takes away", () => {
  const file = { extends: [], training: { stepz: 3, batch: "x" }, teacher: null, objective: { alpha: null } };
  expect(fileMistakes(file, false)).toEqual([
    { pointer: "/training/stepz", part: "key", message: 'unknown key "stepz"; did you mean "steps"?' },
    { pointer: "/training/batch", message: 'expected a whole number from 1 to 1048576, such as 64, got "x"' },
  ]);
});
