/**
 * SQL over runs: the tables `runs`, `metrics`, `timings` and `rollouts`, read from their folders while the query asks
 * for them.
 */
import { basename, resolve } from "node:path";
import { StatementType, type DuckDBConnection } from "@duckdb/node-api";
import { jsonText } from "../../files/json-file.ts";
import { isRegular } from "../../files/regular-file.ts";
import { identifier, literal, shutOff, withDatabase } from "../../files/database.ts";
import { createTable, type ColumnType } from "./tables.ts";
import { settingNames } from "../tables/telling.ts";
import type { FlatCell, FlatTable } from "../tables/flat-table.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";

/** Most rows of an answer, and most characters of all of its cells. */
const MOST_ROWS = 1_000_000;
const MOST_CHARACTERS = 2 ** 27;

/**
 * Beside `runs`: each file's columns as they are read, and the view that shows them. `folder` names the run in all
 * tables.
 */
const views = {
  metrics: {
    file: "metrics.jsonl",
    columns: { kind: "VARCHAR", step: "BIGINT", accuracy: "DOUBLE", metrics: "MAP(VARCHAR, DOUBLE)" },
    select: `SELECT folder, kind, step, entry.key AS name, entry.value AS value
      FROM (SELECT folder, kind, step, unnest(map_entries(map_concat(
      CASE WHEN accuracy IS NULL THEN MAP {} ELSE MAP {'accuracy': accuracy} END,
      coalesce(metrics, MAP {})))) AS entry FROM lines)`,
  },
  timings: {
    file: "timings.jsonl",
    columns: {
      step: "BIGINT",
      milliseconds: "DOUBLE",
      tokens: "BIGINT",
      "time/rollouts": "DOUBLE",
      "time/update": "DOUBLE",
    },
    select: "SELECT folder, * EXCLUDE (folder) FROM lines",
  },
  rollouts: {
    file: "rollouts.jsonl",
    columns: {
      step: "BIGINT",
      prompt: "VARCHAR",
      reference: "VARCHAR",
      completion: "VARCHAR",
      source: "VARCHAR",
      behavior: "VARCHAR",
      finish: "VARCHAR",
      tokens: "BIGINT",
      version: "BIGINT",
      reward: "DOUBLE",
      parts: "MAP(VARCHAR, DOUBLE)",
      advantage: "DOUBLE",
      dropped: "BOOLEAN",
    },
    select: "SELECT folder, * EXCLUDE (folder) FROM lines",
  },
} as const;

type ViewName = keyof typeof views;

const runColumns = [
  "folder",
  "file",
  "run",
  "label",
  "id",
  "status",
  "started",
  "finished",
  "error",
  "engine",
  "version",
  "setting",
  "milliseconds",
  "accuracy",
] as const;

const runRows = (runs: readonly FoundRun[], settings = settingNames(runs)): FlatTable => ({
  columns: [...runColumns, "parameters", "files", "checkpoints", "stages", "metrics"],
  rows: runs.map(({ folder, parent, record }, i) => [
    folder,
    basename(parent),
    record.name,
    record.label,
    record.id,
    record.status,
    record.started,
    record.finished,
    record.error,
    record.engine,
    record.version,
    settings[i],
    record.milliseconds,
    record.metrics["accuracy"],
    jsonText(record.values),
    record.files === undefined ? undefined : jsonText(record.files),
    jsonText(record.checkpoints),
    jsonText(record.stages),
    jsonText(record.metrics),
  ]),
});

const runTypes: Readonly<Record<string, ColumnType>> = {
  started: "TIMESTAMPTZ",
  finished: "TIMESTAMPTZ",
  milliseconds: "DOUBLE",
  accuracy: "DOUBLE",
  parameters: "JSON",
  files: "JSON",
  checkpoints: "JSON",
  stages: "JSON",
  metrics: "JSON",
};

/** Creates the view and gives the files that it reads. Lines that are cut or damaged are left out. */
const createView = async (
  connection: DuckDBConnection,
  name: ViewName,
  runs: readonly FoundRun[],
): Promise<string[]> => {
  const { file, columns, select } = views[name];
  const files = new Map(
    runs.map(({ folder }) => [resolve(folder, file), folder] as const).filter(([path]) => isRegular(path)),
  );
  const fields = Object.entries(columns);
  const struct = fields.map(([column, type]) => `${identifier(column)}: ${literal(type)}`).join(", ");
  const read =
    files.size === 0
      ? `SELECT ${fields.map(([column, type]) => `NULL::${type} AS ${identifier(column)}`).join(", ")}, ` +
        "NULL::VARCHAR AS filename WHERE false"
      : `SELECT * FROM read_json([${[...files.keys()].map(literal).join(", ")}], format = 'newline_delimited', ` +
        `columns = {${struct}}, ignore_errors = true, filename = true)`;
  const folders =
    `SELECT * EXCLUDE (filename), ${identifier(`${name} files`)}.folder FROM (${read}) JOIN ` +
    `${identifier(`${name} files`)} ON filename = path`;
  await createTable(connection, `${name} files`, { columns: ["path", "folder"], rows: [...files] });
  await connection.run(`CREATE VIEW ${name} AS WITH lines AS (${folders}) ${select}`);
  return [...files.keys()];
};

const cellOf = (value: unknown): FlatCell => {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  return value instanceof Date
    ? value.toISOString()
    : JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner));
};

/** `RangeError` for anything but one question. */
const onlySelect = async (connection: DuckDBConnection, sql: string): Promise<void> => {
  if (sql.trim() === "") throw new RangeError("sql: expected one statement, got none");
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new RangeError(`sql: expected one statement, got ${statements.count}`);
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new RangeError(`sql: expected a question (SELECT, DESCRIBE), got ${StatementType[prepared.statementType]}`);
  }
};

/** Reads an answer as it comes, so that one without end is not held. */
const answer = async (connection: DuckDBConnection, sql: string): Promise<FlatTable> => {
  try {
    await onlySelect(connection, sql);
    const result = await connection.stream(sql);
    const rows: FlatCell[][] = [];
    let characters = 0;
    for await (const some of result.yieldRowsJs()) {
      for (const row of some) {
        const cells = row.map(cellOf);
        characters += cells.reduce<number>((sum, cell) => sum + (typeof cell === "string" ? cell.length : 8), 0);
        rows.push(cells);
      }
      if (rows.length > MOST_ROWS) throw new RangeError(`sql: expected at most ${MOST_ROWS} rows, got more; add LIMIT`);
      if (characters <= MOST_CHARACTERS) continue;
      throw new RangeError(
        `sql: expected an answer of at most ${MOST_CHARACTERS} characters, got more; add LIMIT, ask for fewer ` +
          "columns, or shorten texts: left(completion, 200)",
      );
    }
    return { columns: result.deduplicatedColumnNames(), rows };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    // What DuckDB advises beyond its first line, a file beside it, is not to be had here.
    const full = /^Out of Memory Error: [^\n]*/u.exec(reason)?.[0];
    const shown =
      full === undefined ? reason : `${full}; sort, group or join fewer rows or columns: WHERE, left(completion, 200)`;
    throw new RangeError(`sql: ${shown}`, { cause: error });
  }
};

/**
 * Answers one SELECT. Tables: `runs` (one row a run: `folder`, `file`, `run`, `label`, `id`, `status`, `started`,
 * `finished`, `error`, `engine`, `version`, `setting`, which the runs of one query share that differ in nothing but
 * seeds, `milliseconds`, `accuracy`, and as JSON `parameters`, `files`, `checkpoints`, `stages` and `metrics`:
 * `parameters->>'/objective/alpha'`), `metrics` (`folder`, `kind`, `step`, `name`, `value`), `timings` and `rollouts`
 * (as in their files). It reaches no other file and no network, and changes nothing. `RangeError` with what DuckDB says
 * of a query that is wrong or needs too much.
 */
export const queryRuns = (runs: readonly FoundRun[], sql: string): Promise<FlatTable> =>
  withDatabase(async (connection) => {
    await createTable(connection, "runs", runRows(runs), runTypes);
    const files: string[] = [];
    for (const name of Object.keys(views) as ViewName[]) {
      // With thousands of runs, their files are not even listed unless a query reads them.
      files.push(...(await createView(connection, name, new RegExp(`\\b${name}\\b`, "iu").test(sql) ? runs : [])));
    }
    await shutOff(connection, files);
    return answer(connection, sql);
  });
