/** Tests of `retort validate`. */
import { afterEach, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const valid = "test/fixtures/experiments/valid.json";
const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

afterEach(() => {
  delete process.env["RETORT_OVERRIDES"];
});

describe("retort validate", () => {
  test("takes overrides from the environment, below those of the command line", async () => {
    process.env["RETORT_OVERRIDES"] = "/seed=5 /rollouts/group=2";
    expect(JSON.parse((await retort("validate", valid, "/seed=6", "--json")).output)).toMatchObject([
      { values: { seed: 6, rollouts: { group: 2 } } },
    ]);
    process.env["RETORT_OVERRIDES"] = "/rollouts/groop=2";
    expect(await retort("validate", valid, "/seed=-1")).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/^RETORT_OVERRIDES: \/rollouts\/groop=2: unknown key [^]*\ncommand line: \/seed=-1: /u) as string,
    });
  });

  test("prints the runs of a sound file", async () => {
    const { code, output } = await retort("validate", valid);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^test\/fixtures\/experiments\/valid\.json: ok\n\nrun {2}label[^\n]*\n-[^\n]*\nrun {2}run {4}sft-student, teacher {12}400 {12}50 {5}20 {2}[0-9a-f]{8}\n/u,
    );
  });

  test("prints what each reward says of a few completions, and what is odd beside the result", async () => {
    const { code, output, errors } = await retort("validate", valid, "/training/optimizer/learningRate=0.5");
    expect(code).toBe(0);
    expect(output).toMatch(
      /\nrewards of completions of "[^\n]*"\n\nreward {6}name {9}its reference {2}another reference {2}nothing\n[^\n]*\n\/rewards\/0 {2}exact-match {14}1 {18}0 {8}0\n$/u,
    );
    expect(errors).toMatch(
      /^warning: command line: \/training\/optimizer\/learningRate=0.5: expected about 0\.\d+ for a student [^\n]*\n$/u,
    );
    const json = JSON.parse((await retort("validate", valid, "--json", "/training/optimizer/learningRate=0.5")).output) as object;
    expect(json).toMatchObject([
      { warnings: [{ pointer: "/training/optimizer/learningRate" }], tried: [{ rewards: [{ values: [1, 0, 0] }] }] },
    ]);
  });

  test("says which rewards it did not call, which are the same for all, and where one fails", async () => {
    const list = '/rewards=[{ "type": "http", "url": "http://127.0.0.1:9/score" }, { "type": "regular-expression", "pattern": "x" }]';
    const { output } = await retort("validate", valid, list);
    expect(output).toMatch(/http +- +- +- {2}not called: it asks a server; --call-rewards does\n/u);
    expect(output).toMatch(/regular-expression +0 +0 +0 {2}the same for each\n/u);
    const called = await retort("validate", valid, list, "--call-rewards");
    expect(called).toMatchObject({
      code: 2,
      output: "",
      errors: expect.stringMatching(/^command line: \/rewards=[^]*: \/rewards\/0: [^]*127\.0\.0\.1:9/u) as string,
    });
  }, 60_000);

  test("prints all values as JSON", async () => {
    const { output } = await retort("validate", valid, "/seed=5", "--json");
    expect(JSON.parse(output)).toMatchObject([{ name: "run", values: { seed: 5, rollouts: { group: 4 } }, stages: [{}, {}] }]);
  });

  test("prints the trials of a sweep, and finds what is wrong with them", async () => {
    const seeds = JSON.stringify(Array.from({ length: 22 }, (_, i) => i));
    const { output } = await retort("validate", valid, `/sweep={"axes": {"/seed": ${seeds}}}`);
    expect(output).toMatch(/\nsweep of 22 trials\n\ntrial {2}values {3}id\n-[^\n]*\ntrial {2}seed=0 {3}[0-9a-f]{8}\n[^]*\nand 2 more\n$/u);
    const json = JSON.parse((await retort("validate", valid, '/sweep={"axes": {"/seed": [1, 2]}}', "--json")).output) as object;
    expect(json).toMatchObject({ runs: [{ name: "run" }], trials: [{ label: "seed=1" }, { label: "seed=2" }] });
    expect((await retort("validate", valid, '/sweep={"axes": {"/seed": [-1]}}')).errors).toContain(
      "/sweep/axes/~1seed/0: expected a whole number",
    );
  });

  test("prints every problem, with code 2 and no stack", async () => {
    const { code, output, errors } = await retort("validate", valid, "/objective/alpah=2", "/seed=-1");
    expect(code).toBe(2);
    expect(output).toBe("");
    expect(errors).toBe(
      [
        'command line: /objective/alpah=2: unknown key "alpah"; did you mean "alpha"?',
        "command line: /seed=-1: expected a whole number from 0 to 9007199254740991, such as 0, got -1",
        "2 problems",
        "",
      ].join("\n"),
    );
  });

  test("shows the stack with --debug, before the command or after it", async () => {
    for (const args of [
      ["--debug", "validate", "none.json"],
      ["validate", "none.json", "--debug"],
    ]) {
      const { code, errors } = await retort(...args);
      expect(code).toBe(2);
      expect(errors).toMatch(/none\.json: no such file[^]*\n {4}at /u);
    }
  });
});
