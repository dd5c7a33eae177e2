/** Tests of `retort schema`. */
import { expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { experimentSchema } from "../../src/experiments/schema.ts";
import { recorder } from "./recorder.ts";

test("retort schema prints the schema and nothing else", async () => {
  const { terminal, output, errors } = recorder();
  expect(await main(["schema"], terminal)).toBe(0);
  expect(JSON.parse(output())).toEqual(experimentSchema);
  expect(errors()).toBe("");
});
