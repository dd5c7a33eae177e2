/** Files of runs' folders that are fuzzed, one at a time, as commands read them: the manifest, the summary, the index, and what is no file at all. */
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readRuns } from "../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";
import { command, folderReader, whole, type FuzzedFolder } from "./fuzzed-folder.ts";
import { jsonLines, wholeText, type FuzzedReader } from "./reader.ts";

/** What is damaged is said to be, and is no reason to say nothing of the other run. */
const readBoth = async ({ root, good, odd }: FuzzedFolder, bytes: Uint8Array): Promise<void> => {
  await whole("runs", root);
  await whole("results", root, "--json");
  await whole("results", root, "--over", "/seed");
  const { damaged } = readRuns(odd);
  // What is said of it is checked as any reader's error is.
  if (damaged.length > 0) throw new RangeError(damaged[0]!.reason);
  const rotating = [
    ["compare", good, odd],
    ["compare", good, odd, "--json", "--all"],
    ["report", odd, "--out", join(root, "run.html")],
    ["report", root, "--out", join(root, "sweep.html")],
    ["export", root, "--to", "tensorboard", "--target", join(root, "tensorboard")],
    ["export", root, "--to", "csv", "--target", join(root, "csv")],
  ];
  await command(...rotating[bytes.reduce((sum, byte) => sum + byte, 0) % rotating.length]!);
};

const manifest = folderReader({ name: "run-manifest", file: "manifest.json", json: wholeText, weight: 0.2, use: readBoth });
const summary = folderReader({ name: "run-summary", file: "summary.json", json: wholeText, weight: 0.2, use: readBoth });

/** What may be in the place of a file, besides another file. */
const kinds: readonly ((path: string, folder: FuzzedFolder) => void)[] = [
  () => undefined,
  (path) => writeFileSync(path, ""),
  (path) => mkdirSync(path),
  (path) => symlinkSync("nowhere", path),
  (path) => symlinkSync(path, path),
  (path) => symlinkSync("/dev/zero", path),
  (path, { good }) => symlinkSync(join(good, "manifest.json"), path),
  (path, { good }) => symlinkSync(join(good, "metrics.jsonl"), path),
  (path, { root }) => linkSync(join(root, "pipe"), path),
  // 16 MiB without a line's end, which take no room.
  (path) => {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 24);
  },
];

/** Pairs of bytes: which file, and what is in its place. */
const files = folderReader({
  name: "run-files",
  seeds: [Uint8Array.of(0, 0), Uint8Array.of(2, 1, 3, 3), Uint8Array.of(6, 4, 7, 6, 8, 8, 4, 0), Uint8Array.of(4, 7, 5, 2, 1, 5, 2, 9)],
  weight: 0.1,
  prepare: ({ root }) => void spawnSync("mkfifo", [join(root, "pipe")]),
  use: async (folder, bytes) => {
    const names = Object.keys(folder.files);
    for (const name of names) {
      rmSync(join(folder.odd, name), { recursive: true, force: true });
      folder.put(name, folder.files[name]!);
    }
    for (let at = 0; at + 1 < Math.min(bytes.length, 16); at += 2) {
      const path = join(folder.odd, names[bytes[at]! % names.length]!);
      rmSync(path, { recursive: true, force: true });
      kinds[bytes[at + 1]! % kinds.length]!(path, folder);
    }
    await readBoth(folder, bytes);
    await command("trace", folder.odd);
  },
});

/** With more runs than these there is an index. */
const indexed = 70;

/** What stands in the index for the stamp of a run's manifest, which is another one each time. */
const stamp = (i: number): string => `@stamp-${i}@`;

let stamps: readonly string[] = [];

/** An index says what it says of runs whose manifests are as they were; one that is damaged is made again. */
const index = folderReader({
  name: "run-index",
  json: jsonLines,
  lenient: true,
  weight: 0.1,
  seeds: (folder) => {
    for (let i = 0; i < indexed; i += 1)
      writeRunFolder(folder.root, { file: "many", values: { seed: i, alpha: i / 7 }, metrics: { loss: i }, accuracy: 0.5 });
    const parent = join(folder.root, "many");
    readRuns(parent);
    let text = readFileSync(join(parent, "index.jsonl"), "utf8");
    stamps = (JSON.parse(text.split("\n").find((line) => line.includes('"key":"stamp"'))!) as { distinct: string[] }).distinct;
    stamps.forEach((real, i) => (text = text.replace(JSON.stringify(real), JSON.stringify(stamp(i)))));
    return [new TextEncoder().encode(text)];
  },
  use: async ({ root }, bytes) => {
    const parent = join(root, "many");
    let text = Buffer.from(bytes).toString("latin1");
    stamps.forEach((real, i) => (text = text.replace(stamp(i), real)));
    writeFileSync(join(parent, "index.jsonl"), text, "latin1");
    const { runs, damaged } = readRuns(parent);
    if (runs.length !== indexed || damaged.length > 0)
      throw new Error(`expected ${indexed} runs, got ${runs.length}, and ${damaged[0]?.reason}`);
    await whole("results", parent, "--json");
    await whole("runs", parent);
  },
});

/** Every reader of runs' folders. */
export const readers: readonly FuzzedReader[] = [manifest, summary, files, index];
