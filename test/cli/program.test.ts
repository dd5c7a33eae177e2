/** Tests of the program: help, version, unknown words, exit codes. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { recorder } from "./recorder.ts";

const valid = "test/fixtures/experiments/valid.json";
const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

describe("retort", () => {
  test("explains itself", async () => {
    const { code, output } = await retort("--help");
    expect(code).toBe(0);
    expect(output).toMatch(/validate[^]*schema[^]*Exit codes:[^]*130/u);
    for (const command of ["validate", "schema"]) expect((await retort(command, "--help")).output).toContain("Example");
  });

  test("knows its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await retort("--version")).toEqual({ code: 0, output: `${version}\n`, errors: "" });
  });

  test.each([[["validat", valid]], [["validate"]], [["validate", valid, "--no-such-option"]], [[]]])(
    "refuses %j with code 2",
    async (args) => {
      const { code, output, errors } = await retort(...args);
      expect(code).toBe(2);
      expect(output).toBe("");
      expect(errors).not.toBe("");
    },
  );
});

test("the command itself exits with the code and keeps both streams apart", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "src/cli/retort.ts", "validate", "none.json"], {
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: undefined },
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^none\.json: no such file.*\n1 problem\n$/u);
});

describe("a command's file", () => {
  test("is loaded when the command is called, and adds the command that the list names", async () => {
    const { output } = await retort("--help");
    const names = [...output.matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gmu)].map(([, name]) => name!).filter((name) => name !== "help");
    expect(names).toContain("validate");
    for (const name of names) {
      const { code, output: help } = await retort(name, "--help");
      expect(code).toBe(0);
      expect(help).toMatch(new RegExp(`^Usage: retort ${name} [^]*Examples?:\n`, "u"));
    }
  });

  test("is not loaded for the version", () => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "src/cli/retort.ts", "--version"], {
      encoding: "utf8",
      env: { ...process.env, NODE_DEBUG: "esm" },
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
    expect(stderr).toContain("src/cli/program.ts");
    expect(stderr).not.toMatch(/src\/(?:engine|policies|training)\//u);
  });
});
