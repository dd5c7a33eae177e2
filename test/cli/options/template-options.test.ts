/** Tests of the options that make prompts of other keys. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { addTemplateOptions } from "../../../src/cli/options/template-options.ts";

test("are a prompt and a reference, or neither", () => {
  const parsed = (...args: string[]): object => addTemplateOptions(new Command()).parse(args, { from: "user" }).opts();
  expect(parsed("--prompt", "{a}", "--reference", "{b}")).toEqual({ prompt: "{a}", reference: "{b}" });
  expect(parsed()).toEqual({});
});
