/** Tests of `retort reproduce --until-decided`, with a figure of tiny trials and claims of which one is never decided. */
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { untilDecided } from "../../../../src/cli/commands/reproduce/until-decided.ts";
import { main } from "../../../../src/cli/program.ts";
import { callsIn, machinePath, machinesIn } from "../../../../src/reproduction/figure-machine.ts";
import { readFigure, resultsPath } from "../../../../src/reproduction/figure-results.ts";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";
import { recorder } from "../../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-until-"));
const [, command] = process.argv;
beforeAll(() => {
  // Trials are started with the command's own file.
  process.argv[1] = compiledCommand;
});
afterAll(() => {
  process.argv[1] = command!;
  rmSync(root, { recursive: true, force: true });
});

const divergence = (beta: number) => ({ type: "jsd", beta });
const betas = [0.1, 0.3, 0.5, 0.7];
const order = (id: string, upper: number, lower: number, by: number) => ({
  id,
  statement: "It is so.",
  type: "order",
  metric: "truncated",
  descending: [{ "/objective/divergence": [divergence(upper)] }, { "/objective/divergence": [divergence(lower)] }],
  by,
});
const figure = { name: "A.16", path: join(root, "figure-a16.json") };
writeFileSync(
  figure.path,
  JSON.stringify({
    extends: resolve("experiments/paper/figure-a16.json"),
    engine: "onnx",
    stages: { teacher: { training: { steps: 1 }, evaluation: { prompts: 4 } } },
    training: { steps: 1 },
    evaluation: { prompts: 4 },
    sweep: { axes: { "/objective/divergence": betas.map(divergence) } },
    // Nothing is ever truncated: no seed says which is above, and both are more than -1.
    claims: [order("never", 0.1, 0.3, 0), order("at-once", 0.5, 0.7, -1)],
  }),
);

const flags = { figure: [], seeds: 3, scale: "small", out: join(root, "runs"), cache: join(root, "cache"), jobs: 1 } as const;
const until = async (more: object) => {
  const { terminal, output, errors } = recorder();
  await untilDecided([figure], { flags: { ...flags, ...more }, hub: {}, terminal });
  return { output: output(), errors: errors() };
};
const results = join(root, "runs", "small", "results");
/** The results as the first look left them. */
const atFirstLook = join(root, "first-look");
/** The seed of the trial whose folder it is. */
const seedIn = (folder: string): unknown =>
  (JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { axes: Record<string, unknown> }).axes["/seed"];
const seedsOf = (beta: number): number =>
  readFigure(results, figure)!.trials.filter(({ axes }) => (axes["/objective/divergence"] as { beta: number }).beta === beta).length;

describe.sequential("retort reproduce --until-decided", () => {
  test("begins no look that the budget does not hold", async () => {
    const { output } = await until({ budget: 1 });
    expect(betas.map(seedsOf)).toEqual([3, 3, 3, 3]);
    expect(readFigure(results, figure)).toMatchObject({ looks: 5, planned: 12 });
    expect(output).toContain("1 of 2 claims decided; the budget holds no further look");
    cpSync(results, atFirstLook, { recursive: true });
    const told = (await until({ budget: 1, json: true })).output.trim().split("\n").at(-1)!;
    expect(JSON.parse(told)).toEqual({ kind: "looks", claims: 2, undecided: 1, why: "budget" });
  }, 120_000);

  test("of a follow-up, the first look is the last", async () => {
    const { terminal, output } = recorder();
    const planned = ["reproduce", "--until-decided", "--dry-run", "--json", "--out", join(root, "none"), "--cache", flags.cache];
    expect(await main([...planned, "--figure", "8,B.20"], terminal)).toBe(0);
    const lines = output()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const trials = lines.flatMap((line) => (line["figures"] ?? [line]) as { figure?: string; name?: string; trials: unknown }[]);
    expect(trials).toContainEqual(expect.objectContaining({ figure: "8", trials: 30 }));
    expect(trials).toContainEqual(expect.objectContaining({ figure: "B.20", trials: 120 }));
    // With other seeds it decides nothing, which is said.
    const said = async (...more: string[]): Promise<string> => {
      const { terminal: own, errors } = recorder();
      expect(await main(["reproduce", "--dry-run", "--figure", "8,B.20", "--out", join(root, "none"), ...more], own)).toBe(0);
      return errors();
    };
    expect(await said()).toBe(
      "figure B.20 is a follow-up of figure 8: it decides claims only with --until-decided, which takes 20 seeds\n",
    );
    expect(await said("--until-decided")).toBe("");
  });

  test("begins no look that the budget of its figure does not hold", async () => {
    const { output } = await until({ figureBudget: 1 });
    expect(betas.map(seedsOf)).toEqual([3, 3, 3, 3]);
    expect(output).toContain("1 of 2 claims decided; the budget holds no further look");
    // What calls before this one took counts: the one that ran the trials.
    const [call, ...others] = machinesIn(results, figure).flatMap(callsIn);
    expect(call).toMatchObject({ trials: 12 });
    expect(others).toEqual([]);
    await until({ figureBudget: call!.milliseconds + 1 });
    expect(betas.map(seedsOf)).toEqual([3, 3, 3, 3]);
  }, 120_000);

  test("gives seeds to the settings of claims that are undecided, to the last look", async () => {
    const { output, errors } = await until({});
    expect(betas.map(seedsOf)).toEqual([20, 20, 3, 3]);
    expect(errors).toMatch(/^look 2 of 5 at figure A\.16: 1 undecided, 4 trials more for 5 seeds, about \d+:\d\d$/mu);
    expect(errors).toMatch(/^look 5 of 5 at figure A\.16: 1 undecided, 16 trials more for 20 seeds/mu);
    expect(output).toContain("1 of 2 claims decided; no further look after 20 seeds");
  }, 240_000);

  test("goes on where it was, and runs nothing again", async () => {
    const bytes = readFileSync(resultsPath(results, figure));
    // What is done costs nothing, so that no budget leaves less than there was.
    const { output, errors } = await until({ json: true, budget: 1 });
    expect(errors).not.toContain("begins");
    const told = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; look?: number });
    expect(told.filter(({ kind }) => kind === "look").map(({ look }) => look)).toEqual([2, 3, 4, 5]);
    expect(told.at(-1)).toEqual({ kind: "looks", claims: 2, undecided: 1, why: "seeds" });
    expect(readFileSync(resultsPath(results, figure)).equals(bytes)).toBe(true);
  }, 120_000);

  test("goes on from results that are kept, whose trials' folders are gone", async () => {
    const [whole, first] = [readFileSync(resultsPath(results, figure)), readFigure(atFirstLook, figure)!];
    const trials = join(root, "runs", "small", "figure-a16");
    const gone = readdirSync(trials).filter((name) => first.trials.some(({ id }) => name.endsWith(id.slice(0, 16))));
    expect(gone).toHaveLength(12);
    for (const name of gone) rmSync(join(trials, name), { recursive: true });
    const kept = { results: atFirstLook, keepResults: true };
    // The plan is of the looks that they have had, and a budget of all calls that ran them, on whatever machine.
    const plan = recorder();
    const args = ["reproduce", "--figure", "A.16", "--dry-run", "--until-decided", "--keep-results", "--jobs", "1"];
    const folders = ["--results", "docs/results/paper", "--out", join(root, "none")];
    expect(await main([...args, ...folders, "--json"], plan.terminal)).toBe(0);
    const told = recorder();
    expect(await main([...args, ...folders], told.terminal)).toBe(0);
    expect(told.output()).toContain("not counted: the seeds that later looks add");
    const { planned } = readFigure("docs/results/paper", figure)!;
    expect(planned).toBeGreaterThan(15);
    expect(JSON.parse(plan.output())).toMatchObject({ figure: "A.16", trials: planned, done: planned, milliseconds: 0 });
    const path = machinePath(atFirstLook, figure);
    const machine = JSON.parse(readFileSync(path, "utf8")) as { calls: object[] };
    const [call] = machinesIn(atFirstLook, figure).flatMap(callsIn);
    const long = { ...machine, calls: [{ ...call, milliseconds: 3_600_000 }] };
    writeFileSync(path, JSON.stringify({ ...machine, training: 0, calls: [], earlier: [long] }));
    await until({ ...kept, figureBudget: 3_600_000 - 1 });
    expect(readFigure(atFirstLook, figure)!.trials).toHaveLength(12);
    writeFileSync(path, JSON.stringify(machine));

    // One trial of the next look is to be run; its time is forecast by that of the trials that are kept.
    const [other] = readdirSync(trials).filter(
      (name) => existsSync(join(trials, name, "manifest.json")) && seedIn(join(trials, name)) === 3,
    );
    rmSync(join(trials, other!), { recursive: true });
    const { errors } = await until(kept);
    expect(errors).toContain("12 of 12 trials taken over from the results that are kept");
    expect(errors.match(/ begins$/gmu)).toHaveLength(1);
    expect(errors).toMatch(/^look 2 of 5 at figure A\.16: 1 undecided, 4 trials more for 5 seeds, about \d+:\d\d$/mu);
    expect(readFileSync(resultsPath(atFirstLook, figure)).equals(whole)).toBe(true);
    expect((await until({ ...kept, budget: 1 })).output).toContain("1 of 2 claims decided; no further look after 20 seeds");
  }, 120_000);

  test("refuses flags that go with others", async () => {
    const said = async (...args: string[]) => {
      const { terminal, errors } = recorder();
      return [await main(["reproduce", ...args], terminal), errors()];
    };
    expect(await said("--budget", "3h")).toEqual([2, expect.stringContaining("expected --until-decided with it")]);
    expect(await said("--until-decided", "--scale", "smoke")).toEqual([2, expect.stringContaining("which has one seed")]);
    expect(await said("--until-decided", "--seeds", "5")).toEqual([2, expect.stringContaining("--seeds")]);
    expect(await said("--until-decided", "--budget", "soon")).toEqual([2, expect.stringContaining("expected a time such as 3h")]);
  });
});
