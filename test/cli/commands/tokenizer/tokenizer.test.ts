/** Tests of `retort tokenizer`: its help; what its commands do is in the tests beside this one. */
import { expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { recorder } from "../../recorder.ts";

test("lists its commands, and refuses another", async () => {
  const help = recorder();
  expect(await main(["tokenizer", "--help"], help.terminal)).toBe(0);
  expect(help.output()).toMatch(/ {2}train .*\n {2}inspect /u);
  const wrong = recorder();
  expect(await main(["tokenizer", "learn"], wrong.terminal)).toBe(2);
  expect(wrong.errors()).toContain("unknown command 'learn'");
});
