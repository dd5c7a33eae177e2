/** What a run does, for Prometheus to collect: `GET /metrics` on this machine, while it is running. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { admit } from "../../../remote/received.ts";
import { RefusedRequest } from "../../../remote/refused-request.ts";
import type { RunEvent } from "../../../experiments/running/run-event.ts";
import { outcomeOf, type Outcome } from "../../../training/recipe/headline.ts";
import type { ProgressReport } from "../../../training/recipe/step-report.ts";

/** Metrics of the process and of the training at hand. */
export interface RunMetrics {
  /** Takes an event in. */
  show(event: RunEvent): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

type Outcomes = Readonly<Record<keyof Outcome, Gauge<"training">>>;

const showOutcome = ({ accuracy, reward }: Outcomes, training: string, outcome: Outcome): void => {
  if (outcome.accuracy !== undefined) accuracy.set({ training }, outcome.accuracy);
  if (outcome.reward !== undefined) reward.set({ training }, outcome.reward);
};

/**
 * Starts counting. The one label that a training has is its name in the experiment file, `training`; `divergence` and
 * `check` have the names of the few that there are.
 */
export const runMetrics = (): RunMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labelNames = ["training"] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const steps = gauge("retort_steps", "Optimizer steps of the whole training");
  const step = gauge("retort_step", "Optimizer steps that are done, those before an interruption included");
  const loss = gauge("retort_loss", "Loss of the last step");
  const reward = gauge("retort_reward", "Mean reward of the last step");
  const outcomes = {
    accuracy: gauge("retort_accuracy", "Share of right answers in the last evaluation"),
    reward: gauge("retort_held_out_reward", "Mean reward of held-out prompts in the last evaluation"),
  };
  const tokens = counter("retort_tokens_total", "Completion tokens that were learned from");
  const seconds = counter("retort_step_seconds_total", "Time that steps took");
  const checkpoints = counter("retort_checkpoints_total", "Checkpoints that were written");
  const divergence = new Gauge({
    name: "retort_divergence",
    help: "Divergence in the last step, in nats",
    labelNames: ["training", "divergence"],
    registers,
  });
  const warnings = new Counter({
    name: "retort_warnings_total",
    help: "Warnings of self-checks",
    labelNames: ["training", "check"],
    registers,
  });

  const stepMetrics = (training: string, metrics: Readonly<Record<string, number>>): void => {
    const { loss: lossNow, reward: rewardNow } = metrics;
    if (lossNow !== undefined) loss.set({ training }, lossNow);
    if (rewardNow !== undefined) reward.set({ training }, rewardNow);
    for (const [name, value] of Object.entries(metrics)) {
      if (name.startsWith("divergence/"))
        divergence.set({ training, divergence: name.slice("divergence/".length) }, value);
    }
  };
  const report = (training: string, progress: ProgressReport): void => {
    if (progress.kind === "step" || progress.kind === "resumed") step.set({ training }, progress.step);
    if (progress.kind === "step") {
      steps.set({ training }, progress.steps);
      tokens.inc({ training }, progress.tokens);
      seconds.inc({ training }, progress.milliseconds / 1000);
      stepMetrics(training, progress.metrics);
    } else if (progress.kind === "evaluation") showOutcome(outcomes, training, outcomeOf(progress.metrics));
    else if (progress.kind === "checkpoint") checkpoints.inc({ training });
    else if (progress.kind === "warning") warnings.inc({ training, check: progress.check });
  };
  return {
    show(event) {
      const training = event.training.stage ?? event.training.run;
      if (event.kind === "begin") steps.set({ training }, event.steps);
      else if (event.kind === "report") report(training, event.report);
      else if (event.kind !== "wait") showOutcome(outcomes, training, event);
    },
    text: () => registry.metrics(),
  };
};

/** Milliseconds for a request and its answer. */
const LONGEST = 10_000;

const answer = async (metrics: RunMetrics, response: ServerResponse): Promise<void> => {
  const text = await metrics.text();
  response.writeHead(200, { "content-type": Registry.PROMETHEUS_CONTENT_TYPE }).end(text);
};

/** A server of metrics. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the metrics to this machine alone; port 0 takes a free one. Never keeps a process alive. Errors of the system,
 * such as for a port that is taken.
 */
export const serveMetrics = async (metrics: RunMetrics, port: number): Promise<MetricsServer> => {
  const server = createServer(
    { requestTimeout: LONGEST, headersTimeout: LONGEST, maxHeaderSize: 2 ** 14 },
    (request, response) => {
      request.resume();
      try {
        admit(request, "127.0.0.1", undefined);
      } catch (error) {
        response.writeHead(error instanceof RefusedRequest ? error.status : 500).end(`${(error as Error).message}\n`);
        return;
      }
      if (request.method !== "GET" || request.url !== "/metrics") response.writeHead(404).end("GET /metrics\n");
      else
        answer(metrics, response).catch((error: unknown) =>
          response.destroy(error instanceof Error ? error : undefined),
        );
    },
  );
  server.maxConnections = 16;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};
