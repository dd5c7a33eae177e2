/** Experiments whose teacher is on a server, run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { expect, onTestFinished, test } from "vitest";
import { execute } from "../../../src/experiments/running/execute.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { RunEvent } from "../../../src/experiments/running/run-event.ts";
import { bigram } from "../../fixtures/recipes.ts";
import { serveTaskPolicy } from "../../fixtures/served-task.ts";

const path = "test/fixtures/experiments/small.yaml";

const perform = (out: string, ...overrides: string[]): Promise<RunEvent[]> =>
  lastValueFrom(
    execute(planExperiment(path, overrides), {
      out: join(out, "runs"),
      cache: join(out, "cache"),
      signal: new AbortController().signal,
    }).pipe(toArray()),
  );

test("the manifest says what the server said, and what the likeliest tokens leave out", async () => {
  const out = mkdtempSync(join(tmpdir(), "retort-remote-"));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const server = await serveTaskPolicy(bigram(), 2);
  const teacher = `/teacher={"server": {"url": "${server.url}", "model": "tiny"}}`;
  const objective = '/objective={"type": "distillation", "divergence": {"type": "forward-kl"}, "topK": 3}';
  const steps = [
    "/training/steps=1",
    "/stages/start/training/steps=1",
    "/stages/start/training/schedule/warmup=0",
    "/training/schedule/warmup=0",
  ];
  await perform(out, teacher, objective, "/rewards=[]", ...steps);
  const [run] = readdirSync(join(out, "runs", "small"));
  const manifest = JSON.parse(readFileSync(join(out, "runs", "small", run!, "manifest.json"), "utf8")) as Record<string, unknown>;
  expect(manifest).toMatchObject({
    status: "done",
    teacher: [{ model: "tiny", contextLength: 16, tokenizer: "same", detail: { topK: 3 }, mass: { places: expect.any(Number) as number } }],
  });
  await server.close(0);
  await expect(perform(out, teacher, objective, "/rewards=[]", "/seed=5", ...steps)).rejects.toThrow(
    `teacher ${server.url}/v1/models: expected an answer, got connect ECONNREFUSED`,
  );
  // Nothing was begun.
  expect(readdirSync(join(out, "runs", "small"))).toEqual([run]);
});
