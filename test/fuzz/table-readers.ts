/** What DuckDB reads for us and is fuzzed: questions over runs in SQL, and tables of strangers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableColumns, writeTableLines, type TableKind } from "../../src/experiments/inputs/table-lines.ts";
import { command, folderReader } from "./fuzzed-folder.ts";
import type { FuzzedReader } from "./reader.ts";

/** A database may take 2,000 million bytes, beside all else. */
const resident = 2e9 + 2 ** 30;

const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Nothing in them makes rows out of nothing: a question may take as long as whoever asks it likes. */
const questions = [
  "SELECT * FROM runs",
  "SELECT run, status, (parameters->>'/objective/alpha')::DOUBLE, metrics->>'loss', year(started) FROM runs ORDER BY run",
  "SELECT label, max(value) FROM metrics JOIN runs USING (folder) WHERE name = 'reward' GROUP BY label",
  'SELECT step, milliseconds, tokens, "time/update" FROM timings WHERE milliseconds > 1 LIMIT 3',
  "SELECT prompt, left(completion, 20), parts['exact-match'], reward FROM rollouts ORDER BY advantage DESC",
  "DESCRIBE rollouts",
  "WITH best AS (SELECT folder, max(step) AS step FROM metrics GROUP BY ALL) SELECT * FROM best JOIN timings USING (folder, step)",
];

const query: FuzzedReader = {
  ...folderReader({
    name: "sql-query",
    seeds: questions.map(asBytes),
    weight: 0.05,
    use: async ({ root }, bytes) => void (await command("results", root, "--json", "--sql", new TextDecoder().decode(bytes))),
  }),
  resident,
};

/** Whether DuckDB says it, in its own words, of which some are those of the engine; not what it says of its own mistakes. */
const ofDatabase = (error: unknown): boolean =>
  error instanceof RangeError && /^[^:]+: [A-Z][A-Za-z ]* ?Error: /u.test(error.message) && !error.message.includes("INTERNAL Error");

/** Reads a table as data of an experiment is read. */
const table = (kind: TableKind, seeds: readonly Uint8Array[], needed: readonly string[]): FuzzedReader => {
  let folder: string | undefined;
  return {
    name: `table-${kind}`,
    seeds,
    weight: kind === "parquet" ? 0.1 : 0.05,
    resident,
    read: async (bytes) => {
      folder ??= mkdtempSync(join(tmpdir(), "retort-table-"));
      const path = join(folder, `table.${kind}`);
      writeFileSync(path, bytes);
      try {
        await tableColumns(kind, path);
        await writeTableLines(kind, [path], { needed, known: ["id", "choices"] }, join(folder, "lines.jsonl"));
      } catch (error) {
        throw ofDatabase(error) ? new SyntaxError("table", { cause: error }) : error;
      }
    },
    close: async () => {
      if (folder !== undefined) rmSync(folder, { recursive: true });
      folder = undefined;
    },
  };
};

const parquets = ["questions", "more", "odd"].map((name) => readFileSync(new URL(`../fixtures/parquet/${name}.parquet`, import.meta.url)));
const rows = ["question,answer,id", '"what, is ""this""?",an answer,1', '"two\nlines",,2', "grün 🙂,b,3", ""].join("\n");

/** Every reader of SQL and of tables. */
export const readers: readonly FuzzedReader[] = [
  query,
  table("parquet", parquets, ["answer"]),
  table("csv", [asBytes(rows), asBytes(rows.replaceAll("\n", "\r\n"))], ["question", "answer"]),
];
