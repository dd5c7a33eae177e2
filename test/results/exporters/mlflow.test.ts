/** Tests of the export to MLflow, against a server that keeps MLflow's bounds. */
import { basename } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { mlflow } from "../../../src/results/exporters/mlflow.ts";
import { exportedRuns } from "../../fixtures/exported-runs.ts";
import { json } from "../../fixtures/http-server.ts";
import { startMlflowServer, type StoredRun } from "../../fixtures/mlflow-server.ts";
import { exporterLaws } from "../../laws/exporter.laws.ts";

afterEach(() => vi.unstubAllEnvs());

let stored: ReadonlyMap<string, StoredRun> = new Map();
const send = (target: string) =>
  mlflow.send({ runs: exportedRuns(), target, signal: new AbortController().signal, exported: () => undefined });

exporterLaws(mlflow, {
  target: async () => {
    const { url, runs } = await startMlflowServer();
    stored = runs;
    return url;
  },
  read: (_target, run) => {
    const kept = [...stored.values()].filter(({ name, deleted }) => name === basename(run.folder) && !deleted);
    expect(kept).toHaveLength(1);
    return Promise.resolve(kept[0]!.metrics.map(({ step, key, value }) => [step, key, Number(value)] as const));
  },
});

test("a run has its parameters, its status and the times of its steps", async () => {
  const { url, runs } = await startMlflowServer();
  await send(url);
  const [first, second] = [...runs.values()];
  expect(Object.fromEntries(first!.params)).toEqual({
    "objective/type": "gkd",
    "objective/alpha": "0.5",
    "objective/list": '[1,"ü"]',
    flag: "true",
    seed: "0",
    "retort.engine": "cpu",
    "retort.version": "unknown",
  });
  expect([first!.status, second!.status]).toEqual(["FINISHED", "FAILED"]);
  const started = Date.UTC(2026, 0, 1);
  expect(first!.metrics.map(({ timestamp }) => timestamp - started)).toEqual([1000, 1000, 1500, 1500, 1500, 1500]);
});

test("failures that may pass are tried again, and the token goes with every request", async () => {
  vi.stubEnv("MLFLOW_TRACKING_TOKEN", "secret");
  const failed = new Set<string>();
  const { url, runs, asked } = await startMlflowServer(({ path }, response) => {
    if (failed.has(path)) return false;
    failed.add(path);
    json(response, { message: "later" }, 503, { "retry-after": "0" });
    return true;
  });
  await send(url);
  expect([...runs.values()].map(({ metrics }) => metrics.length)).toEqual([6, 6]);
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer secret"]));
});

test("a run that is given up in the middle is deleted", async () => {
  const given = new AbortController();
  const reason = new Error("enough");
  const { url, runs } = await startMlflowServer(({ path }) => {
    if (path.endsWith("runs/log-batch")) given.abort(reason);
    return false;
  });
  const sent = mlflow.send({ runs: exportedRuns(), target: url, signal: given.signal, exported: () => expect.fail("a run was exported") });
  await expect(sent).rejects.toBe(reason);
  expect([...runs.values()].map(({ deleted }) => deleted)).toEqual([true]);
});

test("a refusal is the server's own words, and is not tried again", async () => {
  const { url, asked } = await startMlflowServer(({ path }, response) => {
    if (!path.endsWith("runs/create")) return false;
    json(response, { error_code: "X", message: "no room" }, 400);
    return true;
  });
  await expect(send(url)).rejects.toThrow(/mlflow .*runs\/create: expected status 200, got 400 "no room"/u);
  expect(asked.filter(({ path }) => path.endsWith("runs/create"))).toHaveLength(1);
});

test("an answer that makes no sense is said", async () => {
  const { url } = await startMlflowServer((_asked, response) => {
    json(response, { experiment_id: 7 });
    return true;
  });
  await expect(send(url)).rejects.toThrow(/expected a text at experiment_id/u);
});
