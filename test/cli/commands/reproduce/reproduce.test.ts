/** Tests of `retort reproduce`: every figure that comes with the package, at a glance. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text as readText } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { figuresOf } from "../../../../src/reproduction/figures.ts";
import { machinesIn } from "../../../../src/reproduction/figure-machine.ts";
import { readFigure, resultsPath, writeFigure } from "../../../../src/reproduction/figure-results.ts";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";
import { recorder } from "../../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-reproduce-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folders = ["--scale", "smoke", "--out", join(root, "runs"), "--cache", join(root, "cache")];
const figures = figuresOf("smoke");
const results = join(root, "runs", "smoke", "results");

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["reproduce", ...args], terminal), output: output(), errors: errors() };
};

/** The command in a process of its own, which trials are started with. */
const started = (...args: string[]) => promisify(execFile)(process.execPath, [compiledCommand, "reproduce", ...args, ...folders]);

describe.sequential("retort reproduce", () => {
  test("says what there is to do, and does nothing, with --dry-run", async () => {
    const { code, output } = await retort("--dry-run", ...folders);
    expect(code).toBe(0);
    for (const { name } of figures) expect(output).toMatch(new RegExp(`^${name.replace(".", "\\.")} +\\d+ +0 +\\d+`, "mu"));
    expect(readFigure(results, figures[0]!)).toBeUndefined();
    const told = (await retort("--dry-run", "--json", "--figure", "8,A.16", ...folders)).output.trim().split("\n");
    expect(told.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { kind: "plan", figure: "8", done: 0, hub: [] },
      { kind: "plan", figure: "A.16", trials: 2, done: 0, claims: 3 },
    ]);
  });

  test("refuses a figure that the paper does not have", async () => {
    const { code, errors } = await retort("--figure", "77", ...folders);
    expect(code).toBe(2);
    expect(errors).toContain("figure: expected one of");
  });

  test("says what the paper's own models and data are, and downloads none of them, with --dry-run", async () => {
    vi.stubEnv("HF_HUB_CACHE", join(root, "hub"));
    const { code, output, errors } = await retort("--scale", "full", "--dry-run", "--endpoint", "http://127.0.0.1:1");
    vi.unstubAllEnvs();
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(/^A\.16 +15 +0 +3 +not known/mu);
    for (const { name } of figuresOf("full").filter((figure) => figure.name !== "A.16")) {
      expect(output).toMatch(new RegExp(`^${name.replace(".", "\\.")} +\\d+ +not known +\\d+ +not known`, "mu"));
    }
    expect(output).toMatch(
      /when this is run:\n(?: {2}\S+\n)* {2}google\/t5-base-lm-adapt@refs\/pr\/2\n(?: {2}\S+\n)* {2}EdinburghNLP\/xsum@refs\/convert\/parquet\n/u,
    );
    const none = await retort("--scale", "full", "--figure", "77");
    expect(none.errors).toContain("figure: expected one of");
  });

  test("runs every figure, keeps the results and judges the claims", async () => {
    const { stdout, stderr } = await started();
    expect(stderr).toMatch(/^figure 9: \d+ of \d+ trials taken over from other figures$/mu);
    for (const figure of figures) {
      const kept = readFigure(results, figure);
      expect(kept).toMatchObject({ figure: figure.name, scale: "smoke", engine: "onnx" });
      expect(kept?.trials).toHaveLength(kept!.planned);
      for (const { initial, final } of kept!.trials) {
        expect(initial["accuracy"]).toBeTypeOf("number");
        expect(final["accuracy"]).toBeTypeOf("number");
      }
      expect(stdout).toContain(`figure ${figure.name}  ${kept!.planned} of ${kept!.planned} trials`);
    }
    expect(stdout).toMatch(/^\d+ claims?: /mu);
    // Some fifty processes.
  }, 600_000);

  test("runs nothing again, and leaves the same bytes", async () => {
    const [figure] = figures;
    const bytes = readFileSync(resultsPath(results, figure!));
    rmSync(join(root, "runs", "smoke", "figure-9"), { recursive: true });
    const plan = (await retort("--dry-run", "--json", "--figure", "9", ...folders)).output;
    const { trials, done } = JSON.parse(plan) as { trials: number; done: number };
    // Some of them are figure 8's.
    expect([done > 0, done < trials]).toEqual([true, true]);
    const { stdout, stderr } = await started("--figure", figure!.name, "--json");
    expect(stderr).not.toContain("begins");
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; figure?: string; claims?: { outcome: string }[] });
    const last = told.at(-1)!;
    expect(last).toMatchObject({ kind: "figure", figure: figure!.name });
    expect(last.claims!.length).toBeGreaterThan(0);
    expect(readFileSync(resultsPath(results, figure!)).equals(bytes)).toBe(true);
  });

  test("goes on from the results where the folders of its runs are gone, with --keep-results", async () => {
    const [figure] = figures;
    const machines = () => machinesIn(results, figure!).length;
    const [bytes, before] = [readFileSync(resultsPath(results, figure!)), machines()];
    const away = [...folders, "--out", join(root, "elsewhere"), "--results", results, "--figure", figure!.name];
    const left = async (...flags: string[]): Promise<number> => {
      const { trials, done } = JSON.parse((await retort("--dry-run", "--json", ...away, ...flags)).output) as {
        trials: number;
        done: number;
      };
      return trials - done;
    };
    expect([await left(), await left("--keep-results")]).toEqual([readFigure(results, figure!)!.planned, 0]);
    const { stderr } = await started(...away, "--keep-results");
    expect(stderr).toMatch(/^figure \S+: (\d+) of \1 trials taken over from the results that are kept$/mu);
    expect(readFileSync(resultsPath(results, figure!)).equals(bytes)).toBe(true);
    expect(machines()).toBe(before);

    // One trial fewer: it alone is run, on a machine that is written down beside the first.
    const all = readFigure(results, figure!)!;
    await writeFigure(results, { ...all, trials: all.trials.slice(1) });
    expect(await left("--keep-results")).toBe(1);
    await started(...away, "--keep-results");
    expect(readFileSync(resultsPath(results, figure!)).equals(bytes)).toBe(true);
    expect(machines()).toBe(before + 1);
  }, 120_000);

  test("keeps the results of what is done when it is stopped, and loses no others", async () => {
    const figure = figures.find(({ name }) => name === "A.16")!;
    const folder = join(root, "stopped");
    const kept = join(folder, "results");
    /** Exit status and standard error of the command, which is stopped when its first trial is done. */
    const stopped = async (out: string): Promise<[number | null, string]> => {
      const flags = [...folders, "--out", join(folder, out), "--results", kept, "--figure", figure.name, "--jobs", "1", "--json"];
      const child = spawn(process.execPath, [compiledCommand, "reproduce", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
      const errors = readText(child.stderr);
      let asked = false;
      for await (const line of createInterface({ input: child.stdout })) {
        const { kind, status } = JSON.parse(line) as { kind: string; status?: string };
        if (!asked && kind === "trial" && status === "done") asked = child.kill("SIGINT");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return [child.exitCode, await errors];
    };
    const [code, silent] = await stopped("first");
    const part = readFigure(kept, figure)!;
    expect([code, part.planned, part.trials.length]).toEqual([130, 2, 1]);
    expect(silent).not.toContain("left as it was");
    const [done] = part.trials;
    await writeFigure(kept, { ...part, trials: [...part.trials, { ...done!, id: "f".repeat(64), label: "seed=9" }] });
    const bytes = readFileSync(resultsPath(kept, figure));
    const [again, errors] = await stopped("second");
    expect([again, errors]).toEqual([
      130,
      expect.stringContaining("left as it was, since it has 1 trial that this part of the figure has not"),
    ]);
    expect(readFileSync(resultsPath(kept, figure)).equals(bytes)).toBe(true);
    // Nor are trials lost that the figure does not have any more.
    const refused = await retort(...folders, "--results", kept, "--figure", figure.name, "--keep-results");
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining("got 1 of others, such as seed=9: other --seeds")]);
  }, 120_000);
});
