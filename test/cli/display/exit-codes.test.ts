/** Tests of how commands end. */
import { CommanderError, InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { reportError, InterruptedError } from "../../../src/cli/display/exit-codes.ts";
import { LockedError } from "../../../src/runs/folder/locked-error.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { recorder } from "../recorder.ts";

const explained = (error: unknown, debug = false) => {
  const { terminal, errors } = recorder();
  return { code: reportError(error, terminal, debug), text: errors() };
};

describe("explain", () => {
  test("gives a failure with its causes in one line", () => {
    const error = new Error("training failed", { cause: new RangeError("reward x: NaN") });
    expect(explained(error)).toEqual({ code: 1, text: "error: training failed: reward x: NaN\n--debug shows where\n" });
    expect(explained(error, true).text).toMatch(
      /^error: Error: training failed\n {4}at [^]*\ncaused by: RangeError: reward x: NaN\n {4}at /u,
    );
    const wrapped = new Error(`scorer failed: ${error.message}: reward x: NaN`, { cause: error });
    expect(explained(wrapped).text).toBe("error: scorer failed: training failed: reward x: NaN\n--debug shows where\n");
    expect(explained("plain text")).toMatchObject({ code: 1, text: expect.stringContaining("error: plain text") as string });
  });

  test("gives wrong input code 2", () => {
    const problem = { location: { file: "x.json" }, pointer: "", message: "no such file" };
    expect(explained(new ExperimentError([problem]))).toEqual({ code: 2, text: "x.json: no such file\n1 problem\n" });
    expect(explained(new CommanderError(1, "commander.unknownOption", "x")).code).toBe(2);
    expect(explained(new InvalidArgumentError("no run"))).toEqual({ code: 2, text: "error: no run\n" });
  });

  test("gives a run that another process works on code 75", () => {
    const holder = { host: "there", pid: 7, boot: "", namespace: "", started: "", attempt: 2 };
    expect(explained(new LockedError("runs/a", holder))).toMatchObject({
      code: 75,
      text: expect.stringContaining("runs/a: process 7 on there works on this run; wait for it") as string,
    });
  });

  test("gives help code 0, and an interruption what shells give for its signal", () => {
    expect(explained(new CommanderError(0, "commander.help", ""))).toEqual({ code: 0, text: "" });
    const text = "interrupted: the same command begins again\n";
    expect(explained(new InterruptedError("SIGINT", "begins again"))).toEqual({ code: 130, text });
    expect(explained(new InterruptedError("SIGTERM", "begins again"))).toEqual({ code: 143, text });
  });
});
