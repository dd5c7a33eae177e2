/** Tests of metrics for Prometheus: real requests to a real server. */
import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { runMetrics, serveMetrics } from "../../../../src/cli/commands/run/run-metrics.ts";

const ask = (
  url: string,
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; type: string; text: string }> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      let text = "";
      response.on("data", (part) => (text += String(part)));
      response.on("end", () => resolve({ status: response.statusCode!, type: response.headers["content-type"] ?? "", text }));
    })
      .on("error", reject)
      .end();
  });

const own = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("retort_"));

test("what a training reports is what is collected, and the process besides", async () => {
  const metrics = runMetrics();
  const server = await serveMetrics(metrics, 0);
  onTestFinished(() => server.close());
  const training = { run: "gkd", stage: undefined };
  metrics.show({ kind: "reuse", training: { run: "gkd", stage: "teacher" }, folder: "x", accuracy: 0.75 });
  metrics.show({ kind: "begin", training, steps: 9 });
  const shown = { loss: 2, reward: 0.5, "divergence/jsd": 0.25, "gradient/norm": 1 };
  metrics.show({
    kind: "report",
    training,
    report: { kind: "step", step: 4, steps: 9, metrics: shown, tokens: 10, milliseconds: 500, times: { rollouts: 1, update: 1 } },
  });
  metrics.show({
    kind: "report",
    training,
    report: {
      kind: "step",
      step: 5,
      steps: 9,
      metrics: { loss: Number.NaN },
      tokens: 20,
      milliseconds: 250,
      times: { rollouts: 1, update: 1 },
    },
  });
  metrics.show({ kind: "report", training, report: { kind: "evaluation", step: 5, metrics: { accuracy: 0.5, "evaluation/reward": 2 } } });
  metrics.show({ kind: "report", training, report: { kind: "checkpoint", step: 5, path: "x" } });
  metrics.show({ kind: "report", training, report: { kind: "warning", step: 5, check: "truncation", message: "all were cut" } });
  const { status, type, text } = await ask(server.url);
  expect(status).toBe(200);
  expect(type).toMatch(/^text\/plain; version=0\.0\.4/u);
  expect(own(text)).toEqual([
    'retort_steps{training="gkd"} 9',
    'retort_step{training="gkd"} 5',
    'retort_loss{training="gkd"} Nan',
    'retort_reward{training="gkd"} 0.5',
    'retort_accuracy{training="teacher"} 0.75',
    'retort_accuracy{training="gkd"} 0.5',
    'retort_held_out_reward{training="gkd"} 2',
    'retort_tokens_total{training="gkd"} 30',
    'retort_step_seconds_total{training="gkd"} 0.75',
    'retort_checkpoints_total{training="gkd"} 1',
    'retort_divergence{training="gkd",divergence="jsd"} 0.25',
    'retort_warnings_total{training="gkd",check="truncation"} 1',
  ]);
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/mu);
});

test("answers nothing else, on this machine alone, and a port that is taken is an error", async () => {
  const server = await serveMetrics(runMetrics(), 0);
  onTestFinished(() => server.close());
  expect((await ask(server.url.replace("/metrics", "/"))).status).toBe(404);
  expect((await ask(server.url, "POST")).status).toBe(404);
  // A page of another site, whose name was made to mean this machine.
  expect((await ask(server.url, "GET", { host: "evil.example" })).status).toBe(403);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/u);
  await expect(serveMetrics(runMetrics(), Number(new URL(server.url).port))).rejects.toThrow(/EADDRINUSE/u);
});
