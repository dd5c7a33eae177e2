/** Tests of the schema that editors read. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { fileSchema } from "../../src/experiments/file-schema.ts";

const validate = new Ajv({ strict: false }).compile(fileSchema);
const whole = {
  question: "?",
  task: { type: "arithmetic" },
  student: { type: "ngram", order: 2 },
  objective: { type: "sft" },
  training: { steps: 1, optimizer: { type: "adamw", learningRate: 1 } },
};

test("a file may leave out what others say, and no other file may", () => {
  const { task: _task, ...partial } = whole;
  expect([whole, partial].map((file) => validate(file))).toEqual([true, false]);
  expect(validate({ ...partial, extends: "base.json" })).toBe(true);
  expect(validate({ ...partial, extends: [] })).toBe(true);
  expect(validate({ ...partial, extends: 5 })).toBe(false);
  expect(validate({ ...partial, extends: "base.json", no: 1 })).toBe(false);
});
