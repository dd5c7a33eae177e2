/** The package as it would be published: packed, unpacked into a project of its own, its types checked, and every example run there as a user would. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compiler, manifest, packPackage, run } from "../fixtures/packed-package.ts";

const root = join(import.meta.dirname, "../..");
mkdirSync(join(root, "build"), { recursive: true });
/** Below this repository, so that the package finds the libraries that are installed here. */
const folder = mkdtempSync(join(root, "build", "package-"));
const consumer = join(folder, "consumer");
const packed = join(consumer, "node_modules", "retort-rl");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

vi.setConfig({ testTimeout: 600_000 });

const entryPoints = readdirSync(join(root, "src/library")).map((name) => name.replace(/\.ts$/, ""));
const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));

beforeAll(async () => {
  mkdirSync(join(consumer, "node_modules"), { recursive: true });
  await run(folder, "tar", ["-xzf", await packPackage(folder)]);
  renameSync(join(folder, "package"), packed);
  cpSync(join(root, "examples"), join(consumer, "examples"), { recursive: true });
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const compilerOptions = { strict: true, target: "es2023", module: "nodenext", skipLibCheck: true, noEmit: true, types: ["node"] };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["examples", "all.ts", "wrong.ts"] }));
}, 600_000);

test("it holds what it runs with, and no sources", () => {
  expect(readdirSync(packed).toSorted()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "dist",
    "docs",
    "examples",
    "experiments",
    "package.json",
    "sbom.cdx.json",
    "schema",
    "scripts",
  ]);
  expect(readdirSync(join(packed, "scripts"))).toEqual(["preinstall.js"]);
});

test("packed again, it is the same bytes", async () => {
  const first = readFileSync(await packPackage(join(folder, "first")));
  const second = readFileSync(await packPackage(join(folder, "second")));
  expect(second.equals(first)).toBe(true);
});

test("every name that it exports can be imported, and nothing else", async () => {
  const names = entryPoints.map((name) => `retort-rl/${name}`);
  const script = `
    for (const name of ${JSON.stringify(names)}) if (Object.keys(await import(name)).length === 0) throw new Error(name);
    await import("retort-rl/schema/experiment.json", { with: { type: "json" } });
    const refused = await import("retort-rl/experiments/execute").catch((error) => error.code);
    console.log(refused);
    process.exit();`;
  expect(await run(consumer, process.execPath, ["--input-type=module", "--no-warnings", "--eval", script])).toBe("ERR_MODULE_NOT_FOUND\n");
});

test("its command runs", async () => {
  expect(await run(consumer, process.execPath, [join(packed, "dist/cli/retort.js"), "--version"])).toBe(`${manifest.version}\n`);
});

test("the types of every entry point and of the examples are right, and refuse what is wrong", async () => {
  writeFileSync(join(consumer, "all.ts"), entryPoints.map((name) => `export * as ${name} from "retort-rl/${name}";\n`).join(""));
  writeFileSync(join(consumer, "wrong.ts"), `import { train } from "retort-rl/training";\ntrain({ seed: "1" });\n`);
  const { message } = (await run(consumer, process.execPath, [compiler]).catch((error: unknown) => error)) as Error;
  expect(message.match(/\S+: error .*$/gmu)).toEqual([expect.stringMatching(/^wrong\.ts\(2,\d+\): error TS2322/u)]);
});

test("a reward's module imports it where it is not installed", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "retort-elsewhere-"));
  writeFileSync(
    join(elsewhere, "reward.ts"),
    `import { reward, Type, type RewardExample } from "retort-rl/rewards";
    const length = ({ completion }: RewardExample): number => completion.length;
    export default reward.batch({
      parameters: Type.Object({ factor: Type.Number() }),
      score: (examples, { parameters: { factor } }) => examples.map((one) => factor * length(one)),
    });`,
  );
  const script = `
    import { createRewards } from "retort-rl/rewards";
    import { tasks } from "retort-rl/tasks";
    const task = tasks.create({ type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", train: 4, test: 2 }, { seed: 0 });
    const values = { module: "reward.ts", factor: 3 };
    const made = createRewards([values], { task, folder: ${JSON.stringify(elsewhere)} });
    const rollout = { prompt: task.train[0], order: { prompt: 0, sample: 0 }, text: "12", tokens: Int32Array.of(1) };
    console.log((await made.score(rollout, new AbortController().signal)).value);
    process.exit();`;
  expect(await run(consumer, process.execPath, ["--input-type=module", "--no-warnings", "--eval", script])).toBe("6\n");
});

test("without skipLibCheck nothing is wrong but the declarations that TensorFlow.js itself comes with", async () => {
  const flags = ["--strict", "--target", "es2023", "--module", "nodenext", "--noEmit", "--types", "node", "--skipLibCheck", "false"];
  const outcome = await run(consumer, process.execPath, [compiler, ...flags, "--ignoreConfig", "all.ts"]).catch((error: unknown) => error);
  const said = outcome instanceof Error ? outcome.message : String(outcome);
  const files = [...said.matchAll(/^(\S+)\(\d+,\d+\): error /gmu)].map(([, file]) => file!);
  // Two of them disagree on WebGPU with the library of TypeScript, which is then at fault too.
  expect(files.filter((file) => !/(?:@tensorflow|@webgpu\/types|typescript\/lib)\//u.test(file))).toEqual([]);
});

test("without skipLibCheck a module of a reward, a task or a measure, and who reads results, meets no error at all", async () => {
  const uses = ["reward rewards", "taskOf tasks", "defineMeasure evaluation", "readRuns results"];
  const lines = uses.map((use) => use.split(" ")).map(([name, from]) => `export { ${name} } from "retort-rl/${from}";\n`);
  writeFileSync(join(consumer, "few.ts"), lines.join(""));
  const flags = ["--strict", "--target", "es2023", "--module", "nodenext", "--noEmit", "--types", "node", "--skipLibCheck", "false"];
  await run(consumer, process.execPath, [compiler, ...flags, "--ignoreConfig", "few.ts"]);
});

/** What each example says when it works. */
const said: Readonly<Record<string, RegExp>> = {
  "score.ts":
    /^(?:\S+= .*\{\n {2}value: \S+,\n {2}parts: \{ 'exact-match': [01], 'well-formed': [01] \},\n {2}teacher: -[\d.]+\n\}\n){2}$/u,
  "train.ts": /^evaluation 0 \S+\n(?:step \d .*\n){4}evaluation 4 \S+\nfinished \d+ arrays of weights\n$/u,
  "experiment.ts": /run step 3\nstopped; .*\nteacher reuse\nrun begin\nrun step 4\n(?:run step \d\n)+run end\ndone \S+ \S+\n$/u,
  "loop.ts": /^(?:step \d+ {2}reward [\d.]+ {2}loss -?[\d.]+\n){150}$/u,
  "sweep.ts": /\ndone done\nalpha accuracy \[ \[ '0\.25', \S+ \], \[ '0\.75', \S+ \] \]\n$/u,
};

const outputOf = (name: string): Promise<string> =>
  run(consumer, process.execPath, ["--import", import.meta.resolve("tsx"), join("examples", name), `runs-${name}`]);

test.each(examples)("examples/%s", async (name) => {
  expect(await outputOf(name)).toMatch(said[name]!);
});

test("the loop trains: its last rewards are better than its first, and it fits a page", async () => {
  const rewards = [...(await outputOf("loop.ts")).matchAll(/reward ([\d.]+)/gu)].map(([, value]) => Number(value));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(rewards.slice(-30))).toBeGreaterThan(mean(rewards.slice(0, 30)) + 0.1);
  expect(readFileSync(join(root, "examples/loop.ts"), "utf8").split("\n").length - 1).toBeLessThanOrEqual(120);
});
