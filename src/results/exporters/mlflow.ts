/** Runs on an MLflow server, over its REST interface (version 2.0). */
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isObject, type Json } from "../../files/json.ts";
import { contentHash } from "../../files/canonical-json.ts";
import { jsonClient, type JsonClient } from "../../remote/client.ts";
import { RemoteError } from "../../remote/remote-error.ts";
import { readHistory } from "../../runs/reading/history.ts";
import { flattened } from "../tables/parameters.ts";
import { factCells } from "../tables/run-columns.ts";
import type { RunStatus } from "../../runs/folder/manifest.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { requireDifferentNames, type Exporter } from "./exporter.ts";

/** Most of each that MLflow takes in one request. */
const MOST = { metrics: 1000, params: 100 } as const;

/** Longest value of a parameter. */
const LONGEST = 6000;

/** Environment variable of MLflow's own clients. */
const TOKEN = "MLFLOW_TRACKING_TOKEN";

const ATTEMPTS = 5;

/** Milliseconds before the second attempt; twice as long before each further one. */
const FIRST_WAIT = 500;

/** Milliseconds for the deletion of half of a run. */
const DROP_TIME = 5000;

const statuses = {
  done: "FINISHED",
  failed: "FAILED",
  running: "RUNNING",
  interrupted: "KILLED",
  paused: "KILLED",
} as const satisfies Readonly<Record<RunStatus, string>>;

/** MLflow's names have letters, digits and `_-. :/`, and no slash at the start. */
const nameOf = (name: string): string =>
  name
    .replace(/^\//u, "")
    .replaceAll("~", ":")
    .replaceAll(/[^\w\-. :/]/gu, "_");

/** JSON has no NaN and no infinities; protocol buffers as JSON have their names. */
const numberOf = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const parts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Asks again after failures that may pass. */
class Server {
  readonly #client: JsonClient;
  readonly #signal: AbortSignal;

  constructor(client: JsonClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  async post(path: string, document: object): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#client.post(`api/2.0/mlflow/${path}`, document, this.#signal);
      } catch (error) {
        if (!(error instanceof RemoteError) || !error.retryable || attempt === ATTEMPTS) throw error;
        await setTimeout(error.retryAfter ?? FIRST_WAIT * 2 ** (attempt - 1), undefined, { signal: this.#signal });
      }
    }
  }

  /**
   * Deletes half of a run, also when all else is given up. A server that does not answer keeps it until the next
   * export.
   */
  async drop(runId: string): Promise<void> {
    const patience = AbortSignal.timeout(DROP_TIME);
    await this.#client.post("api/2.0/mlflow/runs/delete", { run_id: runId }, patience).catch(() => undefined);
  }

  /** The text at `keys` of an answer. */
  async ask(path: string, document: object, ...keys: readonly string[]): Promise<string> {
    const answer = await this.post(path, document);
    const value = keys.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), answer);
    if (typeof value === "string") return value;
    throw this.#client.misfit(`api/2.0/mlflow/${path}`, `a text at ${keys.join(".")}`, answer, { retryable: false });
  }
}

/** The id of the experiment of this name, which is made where it is not there. */
const experimentOf = async (server: Server, name: string): Promise<string> => {
  try {
    return await server.ask("experiments/create", { name }, "experiment_id");
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 400) throw error;
    const filter = `name = '${name.replaceAll("'", "''")}'`;
    const answer = await server.post("experiments/search", { max_results: 1, filter });
    const [found] =
      isObject(answer) && Array.isArray(answer["experiments"]) ? (answer["experiments"] as readonly Json[]) : [];
    if (isObject(found) && typeof found["experiment_id"] === "string") return found["experiment_id"];
    throw error;
  }
};

/** Ids of the runs that are there under this tag. */
const earlier = async (server: Server, experiment: string, tag: string): Promise<string[]> => {
  const answer = await server.post("runs/search", {
    experiment_ids: [experiment],
    filter: `tags.\`retort.run\` = '${tag}'`,
    max_results: 1000,
  });
  const found = isObject(answer) && Array.isArray(answer["runs"]) ? (answer["runs"] as readonly Json[]) : [];
  return found.flatMap((run) => {
    const id = isObject(run) && isObject(run["info"]) ? run["info"]["run_id"] : undefined;
    return typeof id === "string" ? [id] : [];
  });
};

const logHistory = async (server: Server, runId: string, run: FoundRun): Promise<void> => {
  let batch: object[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await server.post("runs/log-batch", { run_id: runId, metrics: batch });
    batch = [];
  };
  for await (const { step, time, metrics } of readHistory(run)) {
    for (const [name, value] of Object.entries(metrics)) {
      batch.push({ key: nameOf(name), value: numberOf(value), timestamp: Math.round(time), step });
      if (batch.length === MOST.metrics) await flush();
    }
  }
  await flush();
};

/**
 * Values by their pointers, and what else decides the result: `/engine` as it was asked for is not always the one that
 * ran.
 */
const paramsOf = (run: FoundRun): readonly (readonly [string, Json])[] => [
  ...flattened(run.record.values),
  ...[...factCells(run)].map(([name, cell]) => [name.includes(" ") ? name : `retort.${name}`, cell] as const),
];

const fillRun = async (server: Server, runId: string, run: FoundRun): Promise<void> => {
  const { record } = run;
  const params = paramsOf(run).flatMap(([pointer, value]) =>
    value === null
      ? []
      : [
          {
            key: nameOf(pointer),
            value: (typeof value === "string" ? value : JSON.stringify(value)).slice(0, LONGEST),
          },
        ],
  );
  for (const some of parts(params, MOST.params)) await server.post("runs/log-batch", { run_id: runId, params: some });
  await logHistory(server, runId, run);
  const ended = record.finished === undefined ? {} : { end_time: Date.parse(record.finished) };
  await server.post("runs/update", { run_id: runId, status: statuses[record.status], ...ended });
};

const sendRun = async (server: Server, experiment: string, run: FoundRun): Promise<void> => {
  const { folder, parent, record } = run;
  // Where files are recorded they are part of the name: the same folder elsewhere may be of other code.
  const tag = contentHash([basename(parent), basename(folder), ...(record.files === undefined ? [] : [record.files])]);
  const replaced = await earlier(server, experiment, tag);
  const tags = {
    "retort.run": tag,
    "retort.id": record.id,
    "retort.file": record.file,
    "retort.engine": record.engine,
    "retort.version": record.version,
  };
  const runId = await server.ask(
    "runs/create",
    {
      experiment_id: experiment,
      run_name: basename(folder),
      start_time: Date.parse(record.started),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    },
    "run",
    "info",
    "run_id",
  );
  try {
    await fillRun(server, runId, run);
  } catch (error) {
    await server.drop(runId);
    throw error;
  }
  // The old ones go when the new one is whole.
  for (const old of replaced) await server.post("runs/delete", { run_id: old });
};

/**
 * An experiment for each experiment file, in it a run for each run: parameters without the first slash, metrics of
 * every step, and how it ended.
 */
export const mlflow: Exporter = {
  type: "mlflow",
  description: `a server at --target http://..., with the token in ${TOKEN} where it asks for one`,
  target: undefined,
  async send({ runs, target, signal, exported }) {
    const url = target.endsWith("/") ? target : `${target}/`;
    const token = process.env[TOKEN];
    const client = jsonClient({
      name: "mlflow",
      url,
      tokenVariable: token === undefined || token === "" ? undefined : TOKEN,
      namedBy: "user",
      connections: 1,
    });
    try {
      requireDifferentNames(runs);
      const server = new Server(client, signal);
      const experiments = new Map<string, string>();
      for (const run of runs) {
        signal.throwIfAborted();
        const name = basename(run.parent);
        const experiment = experiments.get(name) ?? (await experimentOf(server, name));
        experiments.set(name, experiment);
        await sendRun(server, experiment, run);
        exported(run);
      }
    } finally {
      await client.close();
    }
  },
};
