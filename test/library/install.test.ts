/**
 * The package installed from its tarball in a fresh folder, by npm as a user has it: no .npmrc, no setting, and nothing
 * but the npm registry. Left out where that cannot be reached.
 */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { manifest, packPackage, run } from "../fixtures/packed-package.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** What `npm test` in a checkout sets from its .npmrc would be a setting here. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry)|^RETORT_|^ONNXRUNTIME_/iu.test(name)),
);
const isReached =
  spawnSync("npm", ["ping", "--fetch-retries=0", "--fetch-timeout=20000"], { cwd: tmpdir(), env: environment }).status === 0;

// Without the registry there is nothing to install the libraries from.
describe.skipIf(!isReached)("installed from a tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-install-"));
  const modules = join(folder, "node_modules");
  const experiment = "node_modules/retort-rl/experiments/quickstart.json";
  const npx = (...words: readonly string[]): Promise<string> => run(folder, "npx", ["retort-rl", ...words], environment);

  beforeAll(async () => {
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    await run(folder, "npm", ["install", await packPackage(folder)], environment);
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
    const few = ["/training/steps=1", "/stages/teacher/training/steps=1", "/stages/sft-student/training/steps=1"];
    const fewer = ["/evaluation/prompts=4", "/stages/teacher/evaluation/prompts=4", "/stages/sft-student/evaluation/prompts=4"];
    const schedules = ["", "/stages/teacher", "/stages/sft-student"].map((place) => `${place}/training/schedule={}`);
    expect(await npx("run", experiment, ...few, ...fewer, ...schedules)).toMatch(/^RL \+ GKD student .*runs\/quickstart\/run-/mu);
    expect(readdirSync(join(folder, "runs/quickstart"))).toHaveLength(1);
  });
});
