/** Tests of `--memory`. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const path = "test/fixtures/experiments/small.yaml";
const explain = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["explain", path, "--cache", "no-cache", ...args], terminal), output: output(), errors: errors() };
};

test("parts are chosen and said where the batch does not fit, and come from the command line", async () => {
  const { code, output, errors } = await explain("/training/batch=16384", "--memory", "800MiB");
  expect(code).toBe(0);
  expect(errors).toMatch(/^--memory: \/training\/microBatch=\d+, parts of the batch of 16384; \d+ a step$/mu);
  expect(output).toMatch(/^\/training\/microBatch +\d+ +command line$/mu);
});

test("a batch that fits is left as it is", async () => {
  const { code, output, errors } = await explain("--memory", "8GB");
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).not.toMatch(/^\/training\/microBatch/mu);
});

test("sizes are read with their units, and others are refused; so is what cannot fit", async () => {
  for (const size of ["8XB", "lots", "-1GiB", ""]) expect((await explain("--memory", size)).code).toBe(2);
  const { code, errors } = await explain("--memory", "1MiB");
  expect(code).toBe(2);
  expect(errors).toMatch(/expected what fits into --memory/u);
});
