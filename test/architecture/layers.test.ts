/** Who may import whom among the folders of src: imports point up one list, and each library stays where it belongs. */
import { describe, expect, test } from "vitest";
import { cycles } from "./graph.ts";
import { readSources, referencesOf, type SourceFile } from "./source.ts";

const foundation = ["optional", "files", "workers", "engine", "plugins", "random", "remote", "text-metrics"];
const answering = ["tokenizers", "tasks", "policies", "objectives", "rollouts", "rewards", "teachers", "serving", "evaluation"];
const training = [...foundation, ...answering];

/** For each folder of src, the folders that it may import besides itself. The order is the order of the layers. */
const layers: Readonly<Record<string, readonly string[]>> = {
  optional: [],
  files: ["optional"],
  workers: ["optional"],
  engine: ["optional", "files", "workers"],
  plugins: ["files"],
  random: [],
  remote: ["optional", "files"],
  "text-metrics": [],
  tokenizers: ["optional", "plugins"],
  tasks: ["optional", "files", "plugins", "random", "tokenizers"],
  policies: ["optional", "files", "engine", "plugins", "random"],
  objectives: ["optional", "engine", "plugins"],
  rollouts: ["optional", "workers", "engine", "plugins", "random", "tokenizers", "tasks", "policies"],
  rewards: ["optional", "workers", "engine", "plugins", "remote", "text-metrics", "tokenizers", "tasks", "policies", "rollouts"],
  teachers: ["optional", "files", "workers", "engine", "plugins", "remote", "tokenizers", "tasks", "policies", "rollouts"],
  serving: [...foundation, "tokenizers", "tasks", "policies", "rollouts", "rewards", "teachers"],
  evaluation: [...foundation, "tokenizers", "tasks", "policies", "rollouts"],
  training,
  runs: [...training, "training"],
  experiments: [...training, "training", "runs"],
  checking: [...training, "training", "runs", "experiments"],
  sweeps: [...training, "training", "runs", "experiments"],
  results: [...training, "training", "runs", "experiments", "sweeps"],
  reproduction: [...training, "training", "runs", "experiments", "sweeps", "results"],
  reports: [...training, "training", "runs", "experiments", "sweeps", "results", "reproduction"],
  ui: [...training, "training", "runs", "experiments", "sweeps", "results", "reproduction", "reports"],
  library: [...training, "training", "runs", "experiments", "sweeps", "results", "reproduction", "reports"],
  cli: [...training, "training", "runs", "experiments", "checking", "sweeps", "results", "reproduction", "reports", "ui"],
};

/** Where a library may be imported, as the start of a path. */
const libraries: readonly { readonly packages: RegExp; readonly allowed: readonly string[]; readonly reason: string }[] = [
  {
    packages: /^@tensorflow\/tfjs$/,
    allowed: ["engine", "policies", "rollouts", "objectives", "teachers", "serving", "training", "checking"].map(
      (folder) => `src/${folder}/`,
    ),
    reason: "arithmetic on tensors lives in programs; other layers see host data",
  },
  {
    packages: /^(@tensorflow\/tfjs-.+|webgpu)$/,
    allowed: ["src/engine/"],
    reason: "which backend runs a program is the engine's business; ask the chosen Engine instead",
  },
  { packages: /^onnx/, allowed: ["src/engine/onnx/"], reason: "ONNX is one engine among others; use the contract in src/engine/engine.ts" },
  {
    packages: /^rxjs(\/|$)/,
    allowed: ["rollouts", "training", "runs", "experiments", "sweeps", "results", "reports", "cli"].map((folder) => `src/${folder}/`),
    reason: "streams carry work between parts; below rollouts use a plain function or a promise",
  },
  {
    packages: /^@huggingface\/(gguf|hub)$/,
    allowed: ["src/policies/checkpoints/"],
    reason: "files of strangers are checked in one place; use what it exports",
  },
  { packages: /^undici$/, allowed: ["src/remote/"], reason: "answers of strangers are bounded in one place; use src/remote/client.ts" },
  {
    packages: /^@duckdb\//,
    allowed: ["src/results/", "src/files/database.ts", "src/experiments/inputs/table-lines.ts"],
    reason: "a database is shut off before SQL runs or a stranger's file is read; use src/files/database.ts",
  },
  {
    packages: /^@?hono(\/|$)/,
    allowed: ["src/ui/server/"],
    reason: "the page's server alone answers browsers; others serve by src/remote/server.ts",
  },
  { packages: /^(preact|uplot)(\/|$)/, allowed: ["src/ui/page/"], reason: "they are of the page, which is bundled for browsers" },
  { packages: /^seedrandom$/, allowed: ["src/random/"], reason: "randomness comes from coordinates; use src/random/stream.ts" },
];

const sources = readSources("src");
const known = new Set(sources.map((file) => file.path));
const layerOf = (path: string): string => path.split("/")[1]!;

const layerViolations = (file: SourceFile): string[] => {
  const layer = layerOf(file.path);
  const allowed = layers[layer];
  if (allowed === undefined) {
    return [
      `${file.path}: expected a folder of src among ${Object.keys(layers).join(", ")}, got "${layer}"; move the file, or add the layer to this test and to CONTRIBUTING.md`,
    ];
  }
  return referencesOf(file).flatMap(({ target, specifier }) => {
    // Styles are no source, and are bundled with the page that imports them.
    if (target === undefined || target.endsWith(".css")) return [];
    if (!known.has(target)) return [`${file.path}: expected "${specifier}" to be a file below src; correct the path`];
    const other = layerOf(target);
    if (other === layer || allowed.includes(other)) return [];
    return [
      `${file.path}: ${layer} may import ${allowed.join(", ") || "nothing of ours"}, got ${target}; move the shared concept down, or pass it in as a parameter`,
    ];
  });
};

const libraryViolations = (file: SourceFile): string[] =>
  referencesOf(file).flatMap(({ specifier }) =>
    libraries
      .filter(({ packages, allowed }) => packages.test(specifier) && !allowed.some((start) => file.path.startsWith(start)))
      .map(({ allowed, reason }) => `${file.path}: expected "${specifier}" only below ${allowed.join(", ")}; ${reason}`),
  );

describe("layers", () => {
  test("imports point up the list only", () => {
    expect(sources.flatMap(layerViolations)).toEqual([]);
  });

  test("the list itself has no circle", () => {
    expect(cycles(new Map(Object.entries(layers)))).toEqual([]);
  });
});

describe("libraries", () => {
  test("each is imported only where it belongs", () => {
    expect(sources.flatMap(libraryViolations)).toEqual([]);
  });

  test("RxJS and TensorFlow.js never meet in one file", () => {
    const violations = sources
      .filter((file) => {
        const specifiers = referencesOf(file).map(({ specifier }) => specifier);
        return specifiers.some((name) => /^rxjs(\/|$)/.test(name)) && specifiers.some((name) => name.startsWith("@tensorflow/"));
      })
      .map((file) => `${file.path}: expected streams or tensors, got both; put the arithmetic into a program of its own file`);
    expect(violations).toEqual([]);
  });

  test("Math.random is not used", () => {
    const violations = sources
      .filter((file) => file.text.includes("Math.random"))
      .map((file) => `${file.path}: expected numbers from coordinates, got Math.random; use src/random/stream.ts`);
    expect(violations).toEqual([]);
  });
});
