/** Rooms: which folders inside a folder of src may import which of their siblings, and that neither files nor folders form a circle. */
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { cycles } from "./graph.ts";
import { readSources, referencesOf } from "./source.ts";

/** For each folder with folders in it, what each of these may import of the others. Files of the folder itself are beside all of them. */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "src/cli": {
    display: [],
    options: ["display"],
    "sweep-progress": ["display", "options"],
    commands: ["display", "options", "sweep-progress"],
  },
  "src/cli/commands": {
    engines: [],
    new: [],
    report: [],
    reproduce: [],
    results: [],
    run: [],
    sample: [],
    stages: [],
    sweep: [],
    tokenizer: [],
  },
  "src/engine": { eager: ["tensorflow"], recording: [], onnx: ["recording"], tensorflow: ["recording"] },
  "src/engine/tensorflow": { library: [], install: ["library"], operators: [] },
  "src/evaluation": { statistics: [], measures: ["statistics"], claims: ["statistics"] },
  "src/experiments": {
    schema: [],
    reference: ["schema"],
    file: ["schema"],
    inputs: ["schema", "file"],
    rules: ["schema", "file", "inputs"],
    planning: ["schema", "file", "inputs", "rules"],
    "stage-store": ["planning"],
    explaining: ["schema", "file", "inputs", "planning", "stage-store"],
    running: ["schema", "file", "inputs", "rules", "planning", "stage-store"],
  },
  "src/objectives": { arithmetic: [], schedules: [], divergences: ["arithmetic"], baselines: [], advantages: ["baselines"] },
  "src/policies": { layers: [], families: ["layers"], checkpoints: ["families"], adapters: ["layers", "checkpoints"] },
  "src/policies/checkpoints": { safetensors: [], gguf: ["safetensors"], hub: ["safetensors"] },
  "src/reports": { html: [], means: [], plots: ["html", "means"], pages: ["html", "means", "plots"] },
  "src/results": { tables: [], sql: ["tables"], exporters: ["tables", "sql"] },
  "src/rewards": { json: [], math: [], model: [], own: [], remote: ["own"], sandbox: [], text: [] },
  "src/rollouts": {
    batches: [],
    behaviors: [],
    decoding: ["behaviors"],
    sampling: ["batches", "behaviors", "decoding"],
    scoring: ["batches"],
  },
  "src/runs": { folder: [], reading: ["folder"] },
  "src/sweeps": { planning: [], executors: ["planning"], driving: ["planning", "executors"] },
  "src/tasks": { arithmetic: [], instructions: [], prompts: [], reports: [], translation: [] },
  "src/teachers": { remote: [], scores: [] },
  "src/tokenizers": { huggingface: [], bpe: ["huggingface"], chat: [], gguf: ["huggingface", "bpe"] },
  "src/training": {
    optimizers: [],
    recipe: ["optimizers"],
    sequences: ["recipe"],
    batch: ["recipe"],
    checks: ["recipe", "batch"],
    learner: ["optimizers", "recipe", "batch", "sequences", "checks"],
    checkpoints: ["optimizers", "recipe", "sequences", "checks", "learner"],
    memory: ["optimizers", "batch", "learner"],
    threads: ["recipe", "batch", "learner"],
    speed: ["recipe", "batch", "learner"],
    step: ["recipe", "sequences", "batch", "checks", "learner", "checkpoints", "threads"],
  },
  "src/ui": { answering: [], server: ["answering"], page: [] },
  "src/ui/page": {
    live: [],
    parts: ["live"],
    charts: ["live", "parts"],
    rollouts: ["live", "parts"],
    run: ["live", "parts", "charts", "rollouts"],
    runs: ["live", "parts"],
    compare: ["live", "parts", "charts"],
    sweeps: ["live", "parts"],
    figures: ["live", "parts"],
  },
};

const sources = readSources("src");

/** The file itself where it is directly in the folder, else the folder's own folder that it is in. */
const roomOf = (path: string, folder: string): string => path.slice(folder.length + 1).split("/")[0]!;

const isFolder = (room: string): boolean => !room.includes(".");

/** Imports of values and types between files below src. Workers' files are started and not imported. */
const imports = sources.flatMap((file) =>
  referencesOf(file).flatMap(({ target, kind }) =>
    kind === "import" && target?.startsWith("src/") === true ? [{ from: file.path, to: target }] : [],
  ),
);

const folders = [
  ...new Set(
    sources.flatMap(({ path }) => {
      const parts = posix.dirname(path).split("/");
      return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    }),
  ),
];

/** Imports between different rooms of a folder. */
const between = (folder: string): { readonly from: string; readonly to: string; readonly files: string }[] =>
  imports
    .filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`))
    .map(({ from, to }) => ({ from: roomOf(from, folder), to: roomOf(to, folder), files: `${from} imports ${to}` }))
    .filter(({ from, to }) => from !== to);

describe("rooms", () => {
  test("each folder of folders is in the table, with all that it has", () => {
    const violations = folders
      .filter((folder) => folder !== "src")
      .flatMap((folder) => {
        const inside = folders.filter((other) => posix.dirname(other) === folder).map((other) => posix.basename(other));
        if (inside.length < 2) return [];
        const listed = Object.keys(rooms[folder] ?? {});
        const missing = inside.filter((room) => !listed.includes(room));
        const stale = listed.filter((room) => !inside.includes(room));
        return [
          ...missing.map((room) => `${folder}/${room}: expected it in \`rooms\` of this test, got none; add it with what it may import`),
          ...stale.map((room) => `${folder}/${room}: expected a folder, got none; remove it from \`rooms\` of this test`),
        ];
      });
    expect(violations).toEqual([]);
  });

  test("a room imports only those of its siblings that it may", () => {
    const violations = Object.entries(rooms).flatMap(([folder, table]) =>
      between(folder)
        .filter(({ from, to }) => isFolder(from) && isFolder(to) && !(table[from] ?? []).includes(to))
        .map(
          ({ from, files }) =>
            `${files}: ${folder}/${from} may import ${(table[from] ?? []).join(", ") || "no sibling"}; move the shared concept down, or pass it in as a parameter`,
        ),
    );
    expect(violations).toEqual([]);
  });

  test("commands of the command line never import each other", () => {
    const commands = (path: string): string | undefined =>
      path.startsWith("src/cli/commands/") ? roomOf(path, "src/cli/commands") : undefined;
    const violations = imports
      .filter(({ from, to }) => commands(from) !== undefined && commands(to) !== undefined && commands(from) !== commands(to))
      .map(({ from, to }) => `${from}: expected nothing of another command, got ${to}; move what both need to options or display`);
    expect(violations).toEqual([]);
  });
});

describe("circles", () => {
  const circlesOf = (edges: readonly { readonly from: string; readonly to: string }[]): string[][] => {
    const graph = new Map<string, string[]>();
    for (const { from, to } of edges) graph.set(from, [...(graph.get(from) ?? []), to]);
    return cycles(graph);
  };

  test("imports of values and types form none", () => {
    const violations = circlesOf(imports).map(
      (circle) => `${circle[0]}: expected no circle of imports, got ${circle.join(" -> ")}; move what both need into a file of its own`,
    );
    expect(violations).toEqual([]);
  });

  test("folders form none, nor a folder and a file beside it", () => {
    const violations = folders.flatMap((folder) => {
      const edges = between(folder);
      return circlesOf(edges).map((circle) => {
        const files = edges.filter(({ from, to }) => circle.some((room, index) => room === from && circle[index + 1] === to));
        return `${folder}: expected no circle of folders, got ${circle.join(" -> ")} (${files.map((edge) => edge.files).join("; ")}); move what both need into a room of its own`;
      });
    });
    expect(violations).toEqual([]);
  });
});
