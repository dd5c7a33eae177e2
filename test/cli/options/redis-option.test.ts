/** Tests of `--redis`: what is refused is not printed. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

test("an address that is none is refused without its password", async () => {
  const { terminal, output, errors } = recorder();
  expect(await main(["worker", "--redis", "http://:secret@127.0.0.1"], terminal)).toBe(2);
  expect(errors()).toContain("--redis: expected an address such as redis://127.0.0.1:6379");
  expect(output() + errors()).not.toContain("secret");
});

test("the help has the default and the variable", async () => {
  const { terminal, output } = recorder();
  await main(["worker", "--help"], terminal);
  expect(output().replaceAll(/\s+/gu, " ")).toContain('(default: "redis://127.0.0.1:6379", env: RETORT_REDIS)');
});
