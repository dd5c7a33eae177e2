/** Tests of where commands write. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

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

test("what strangers wrote acts on nothing, whoever writes it: colours alone pass", () => {
  const script = `
    const { processTerminal } = await import("./src/cli/display/terminal.ts");
    const { output, errors, data } = processTerminal();
    output.write("a\\tb\\r\\n\\u001b[2J\\u202egone\\u001b[8m \\u001b[31mred\\u001b[39m");
    errors.write("\\u009b31m");
    data.write("\\u200d");
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  expect(stdout).toBe("a\tb\r\n\\u001b[2J\\u202egone\\u001b[8m \u001b[31mred\u001b[39m\u200d");
  expect(stderr).toBe("\\u009b31m");
});
