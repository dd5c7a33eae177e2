/** Tests of how the command is started again. */
import { expect, test } from "vitest";
import { ownCommand } from "../../../src/cli/options/own-command.ts";

test("is this Node with its flags, and the file by its whole path", () => {
  const [program, ...rest] = ownCommand();
  expect(program).toBe(process.execPath);
  expect(rest.slice(0, -1)).toEqual(process.execArgv);
  expect(rest.at(-1)).toMatch(/^\//u);
});
