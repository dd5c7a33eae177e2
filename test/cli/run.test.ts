import { Command } from "commander";
import { concat, EMPTY, NEVER, Observable, of, throwError } from "rxjs";
import { describe, expect, test } from "vitest";
import { InterruptedError } from "../../src/cli/exit.ts";
import { addRun, type Execute } from "../../src/cli/run.ts";
import { ExperimentError } from "../../src/experiments/problem.ts";
import type { RunEvent } from "../../src/experiments/run-event.ts";
import { recorder } from "./recorder.ts";

const variants = "test/fixtures/experiments/variants.yaml";

/** The command with something that plays events back in the place of training. */
const retort = async (execute: Execute, ...args: string[]) => {
  const { terminal, output, errors } = recorder();
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addRun(program, terminal, execute);
  const error: unknown = await program.parseAsync(["run", ...args], { from: "user" }).catch((cause: unknown) => cause);
  return { error: error instanceof Error ? error : undefined, output: output(), errors: errors() };
};

const end = (run: string, accuracy: number): RunEvent => ({
  kind: "end",
  training: { run, stage: undefined },
  folder: `runs/${run}`,
  milliseconds: 61_000,
  accuracy,
});

describe("retort run", () => {
  test("hands over the plan with its overrides, and prints a table of results", async () => {
    const { output, error } = await retort(
      (runs, { out }) => {
        expect(out).toBe("runs");
        expect(runs.map((run) => run.values.training.steps)).toEqual([5, 5, 5]);
        return of(...runs.map(({ name }, i) => end(name, i / 2)));
      },
      variants,
      "/training/steps=5",
    );
    expect(error).toBeUndefined();
    expect(output).toBe(
      [
        "run           accuracy  time  folder",
        "------------  --------  ----  -----------------",
        "sft           0.0%      1:01  runs/sft",
        "distillation  50.0%     1:01  runs/distillation",
        "both          100.0%    1:01  runs/both",
        "",
      ].join("\n"),
    );
  });

  test("--only takes variants by name", async () => {
    const names: string[][] = [];
    const note: Execute = (runs) => {
      names.push(runs.map((run) => run.name));
      return EMPTY;
    };
    await retort(note, variants, "--only", "both", "--only", "sft");
    expect(names).toEqual([["sft", "both"]]);
    const { error } = await retort(note, variants, "--only", "bot");
    expect(error?.message).toContain('no run "bot"; did you mean "both"?');
    expect(names).toHaveLength(1);
  });

  test("--json prints events alone, --quiet results alone", async () => {
    const json = await retort(() => of(end("sft", 1)), variants, "--json");
    expect(JSON.parse(json.output)).toEqual(end("sft", 1));
    const quiet = await retort(() => of(end("sft", 1)), variants, "--quiet");
    expect(quiet.errors).toBe("");
    expect(quiet.output).toContain("100.0%");
  });

  test("fails with what made the run fail", async () => {
    const { error, output } = await retort(
      () =>
        concat(
          of(end("sft", 1)),
          throwError(() => new Error("reward exact-match: NaN")),
        ),
      variants,
    );
    expect(error?.message).toBe("reward exact-match: NaN");
    expect(output).toBe("");
  });

  test("does not start a file that is wrong", async () => {
    const { error } = await retort(() => expect.unreachable("started"), variants, "/seed=x");
    expect(error).toBeInstanceOf(ExperimentError);
  });

  test("Ctrl-C aborts, waits for the end, and is an interruption", async () => {
    let tidied = false;
    const execute: Execute = (_runs, { signal }) =>
      new Observable((subscriber) => {
        const running = NEVER.subscribe();
        signal.addEventListener("abort", () => {
          setTimeout(() => {
            tidied = true;
            running.unsubscribe();
            subscriber.complete();
          }, 5);
        });
        process.emit("SIGINT");
      });
    const before = process.listenerCount("SIGINT");
    const { error, errors } = await retort(execute, variants);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(tidied).toBe(true);
    expect(errors).toContain("press Ctrl-C again");
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
