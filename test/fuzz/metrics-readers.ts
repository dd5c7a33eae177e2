/** Files of lines in runs' folders that are fuzzed, as reports, exporters, SQL and `retort trace` read them. What is damaged is left out, but in a trace. */
import { join } from "node:path";
import { command, folderReader, whole, type FuzzedFolder } from "./fuzzed-folder.ts";
import { jsonLines, traceLines, type FuzzedReader } from "./reader.ts";

const sum = (bytes: Uint8Array): number => bytes.reduce((all, byte) => all + byte, 0);

/** Each file goes to what is fast, and to one of the others in turn. */
const uses = (table: string) => async (folder: FuzzedFolder, bytes: Uint8Array) => {
  const { root, good, odd } = folder;
  await whole("export", root, "--to", "tensorboard", "--target", join(root, "tensorboard"));
  await whole("report", odd, "--out", join(root, "run.html"));
  const rotating = [
    ["export", root, "--to", "csv", "--target", join(root, "csv")],
    ["export", root, "--to", "parquet", "--target", join(root, "parquet")],
    ["report", root, "--out", join(root, "sweep.html")],
    ["report", odd, "--svg", join(root, "plots")],
    ["compare", good, odd, "--all"],
    ["results", root, "--sql", `SELECT * FROM ${table}`],
    ["results", root, "--sql", `SELECT folder, count(*) FROM ${table} GROUP BY folder`, "--json"],
  ];
  await whole(...rotating[sum(bytes) % rotating.length]!);
};

const lines = ["metrics", "timings", "rollouts"].map((name) =>
  folderReader({ name: `run-${name}`, file: `${name}.jsonl`, json: jsonLines, lenient: true, weight: 0.05, use: uses(name) }),
);

const trace = folderReader({
  name: "run-trace",
  file: "trace.json",
  json: traceLines,
  weight: 0.5,
  use: async ({ root, odd }, bytes) => {
    await command("trace", odd);
    await command("trace", odd, "--json", "--step", "1");
    if (sum(bytes) % 4 === 0) await command("report", odd, "--out", join(root, "run.html"));
  },
});

/** Every reader of such files. */
export const readers: readonly FuzzedReader[] = [...lines, trace];
