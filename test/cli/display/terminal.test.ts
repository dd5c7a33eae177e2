/** Tests of where commands write. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { printable } from "../../../src/cli/display/terminal.ts";

test("a process without a terminal has no live display and no colours", () => {
  const script = `
    const { processTerminal } = await import("./src/cli/display/terminal.ts");
    const { output, errors, live, colors } = processTerminal();
    output.write("to output");
    errors.write(colors.red(live === undefined ? "to errors" : "live"));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({ stdout: "to output", stderr: "to errors" });
});

test("printable text moves no cursor: control characters are shown as such, line ends and tabs stay", () => {
  expect(printable("a\tb\nc")).toBe("a\tb\nc");
  expect(printable("\u001b[2Jgone\r\u0007\u009b31m")).toBe("\ufffd[2Jgone\ufffd\ufffd\ufffd31m");
});
