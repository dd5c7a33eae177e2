/**
 * The package installed from its tarball in a fresh folder, by npm as a user has it: no .npmrc, no setting, and nothing
 * but the npm registry. Left out where that cannot be reached.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { installPackage, isRegistryReached, userEnvironment } from "../fixtures/installed-package.ts";
import { shareOf } from "../fixtures/own-question/share.ts";
import { manifest, packPackage, run } from "../fixtures/packed-package.ts";

vi.setConfig({ testTimeout: 2_000_000, hookTimeout: 2_000_000 });

/** A question of somebody else's: prompts without references, a BPE of them, a reward and a divergence in TypeScript. */
const own = join(import.meta.dirname, "../fixtures/own-question");

// Without the registry there is nothing to install the libraries from.
describe.skipIf(!isRegistryReached())("installed from a tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-install-"));
  const modules = join(folder, "node_modules");
  const experiment = "node_modules/retort-rl/experiments/quickstart.json";
  /** The experiment in a few seconds. */
  const few = ["", "/stages/teacher", "/stages/sft-student"].flatMap((place) => [
    `${place}/training/steps=1`,
    `${place}/evaluation/prompts=4`,
    `${place}/training/schedule={}`,
  ]);
  const npxIn = (where: string, ...words: readonly string[]): Promise<string> =>
    run(where, "npx", ["retort-rl", ...words], userEnvironment);
  const npx = (...words: readonly string[]): Promise<string> => npxIn(folder, ...words);

  beforeAll(async () => {
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const tarball = await packPackage(folder);
    await installPackage(folder, (environment) => run(folder, "npm", ["install", tarball], environment));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("it takes at most 800 MB, without what only some need", () => {
    const names = readdirSync(modules, { recursive: true, encoding: "utf8" });
    const bytes = names.reduce((sum, name) => sum + lstatSync(join(modules, name)).size, 0);
    expect(bytes).toBeLessThan(800e6);
    expect(bytes).toBeGreaterThan(100e6);
    expect(existsSync(join(modules, "webgpu"))).toBe(false);
  });

  test("the package's own name is a command, and ONNX Runtime works", async () => {
    expect(await npx("--version")).toContain(`${manifest.version}\n`);
    expect(await npx("doctor")).toMatch(/^onnx +(?:chosen|found) /mu);
  });

  test("an experiment of the package is checked and trained from there", async () => {
    expect(await npx("validate", experiment)).toContain(`${experiment}: ok\n`);
    expect(await npx("run", experiment, ...few)).toMatch(/^RL \+ GKD student .*runs\/quickstart\/run-/mu);
    expect(readdirSync(join(folder, "runs/quickstart"))).toHaveLength(1);
  });

  test("npm ci --ignore-scripts: without any install script all works but the engine that one fetches", async () => {
    // Not below the other: what were missing would be found there.
    const scriptless = mkdtempSync(join(tmpdir(), "retort-scriptless-"));
    onTestFinished(() => rmSync(scriptless, { recursive: true, force: true }));
    // The lockfile names the tarball by its place beside it.
    const names = ["package.json", "package-lock.json", `retort-rl-${manifest.version}.tgz`];
    for (const name of names) cpSync(join(folder, name), join(scriptless, name));
    await installPackage(scriptless, (environment) => run(scriptless, "npm", ["ci", "--ignore-scripts"], environment));
    // Its own script has not run: ONNX Runtime for other systems is still there.
    expect(readdirSync(join(scriptless, "node_modules/onnxruntime-node/bin/napi-v6"))).toEqual(expect.arrayContaining(["darwin", "win32"]));

    const engines = await npxIn(scriptless, "doctor");
    expect(engines).toMatch(/^onnx +chosen /mu);
    expect(engines).toMatch(/^tensorflow-gpu +not there /mu);
    for (const name of ["wasm", "cpu"]) expect(engines).toMatch(new RegExp(`^${name} +found `, "mu"));

    expect(await npxIn(scriptless, "run", experiment, ...few)).toMatch(/^RL \+ GKD student .*runs\/quickstart\/run-/mu);
    // DuckDB, esbuild and resvg have parts of their own for each platform.
    expect(await npxIn(scriptless, "results", "runs", "--sql", "SELECT count(*) AS finished FROM runs")).toMatch(/^finished\n-+\n +1$/mu);
    await npxIn(scriptless, "report", "runs", "--out", "runs.html", "--png", "plots");
    expect(readdirSync(join(scriptless, "plots")).filter((name) => name.endsWith(".png"))).not.toEqual([]);
    cpSync(join(own, "skewed.ts"), join(scriptless, "skewed.ts"));
    expect(await npxIn(scriptless, "check", "skewed.ts", "beta=0.5")).toMatch(/\nall 12 laws hold\n$/u);
  });

  test("where the registry does not answer, these tests install what the repository's lockfile names, from npm's cache", async () => {
    const cached = mkdtempSync(join(tmpdir(), "retort-cached-"));
    onTestFinished(() => rmSync(cached, { recursive: true, force: true }));
    const tarball = `retort-rl-${manifest.version}.tgz`;
    cpSync(join(folder, tarball), join(cached, tarball));
    // Nothing listens there.
    const unheard = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    let rejection = "";
    await installPackage(cached, (environment) =>
      run(cached, "npm", ["install", tarball], { ...environment, ...unheard }).catch((error: unknown) => {
        rejection = (error as Error).message;
        throw error;
      }),
    );
    expect(rejection).toContain("npm error code ECONNREFUSED");
    expect(await npxIn(cached, "--version")).toContain(`${manifest.version}\n`);
    expect(await npxIn(cached, "doctor")).toMatch(/^onnx +chosen /mu);
  });

  test("somebody with prompts, a reward and a divergence of their own gets an answer from a sweep, and its numbers are the reward's", async () => {
    for (const name of readdirSync(own)) cpSync(join(own, name), join(folder, name));
    expect(await npx("check", "skewed.ts", "beta=0.5")).toMatch(/\nall 12 laws hold\n$/u);
    expect(await npx("validate", "own.json")).toMatch(/own\.json: ok\n[^]*sweep of 8 trials/u);
    expect(await npx("sweep", "own.json", "--jobs", "2")).toMatch(/8 trials: 8 done/u);

    // The student's greedy completions of the held-out prompts, scored by the reward itself.
    const trials = readdirSync(join(folder, "runs/own")).filter((name) => name.startsWith("trial-"));
    const held = readFileSync(join(folder, "held.jsonl"), "utf8").trimEnd().split("\n");
    for (const trial of trials.slice(0, 2)) {
      const values: number[] = [];
      for (const line of held) {
        const { prompt } = JSON.parse(line) as { prompt: string };
        const { stdout } = spawnSync(
          "npx",
          ["retort-rl", "sample", `runs/own/${trial}/student`, "--prompt", prompt, "--temperature", "0", "--max-new-tokens", "6", "--json"],
          { cwd: folder, env: userEnvironment, encoding: "utf8" },
        );
        values.push(shareOf((JSON.parse(stdout) as { text: string }).text, "aeiou"));
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const { metrics } = JSON.parse(readFileSync(join(folder, "runs/own", trial, "summary.json"), "utf8")) as {
        metrics: Record<string, number>;
      };
      expect(metrics["evaluation/reward/vowels"]).toBeCloseTo(mean, 6);
    }

    const lines = (await npx("results", "runs/own", "--over", "/seed", "--json")).split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line) => (JSON.parse(line) as { runs: number }).runs)).toEqual([2, 2, 2, 2]);
    await npx("report", "runs/own", "--out", "own.html");
    expect(readFileSync(join(folder, "own.html"), "utf8")).toContain("Do vowels survive a teacher?");

    // Another reward is another question: every trial is run again, and the older ones are told apart.
    writeFileSync(join(folder, "share.ts"), readFileSync(join(folder, "share.ts"), "utf8").replace("length / all.length", "length"));
    const again = await npx("sweep", "own.json", "--dry-run");
    expect(again).toMatch(/older: 8 trials there are of other files: share\.ts \(sha256 [0-9a-f]{12} then, [0-9a-f]{12} now\)/u);
    expect(again).toMatch(/8 trials: 8 waiting/u);
  });
});
