/** Tests of `retort schema`. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { fileSchema } from "../../../src/experiments/schema/file-schema.ts";
import { recorder } from "../recorder.ts";

test("retort schema prints the schema and nothing else", async () => {
  const { terminal, output, errors } = recorder();
  expect(await main(["schema"], terminal)).toBe(0);
  expect(JSON.parse(output())).toEqual(fileSchema);
  expect(errors()).toBe("");
});
