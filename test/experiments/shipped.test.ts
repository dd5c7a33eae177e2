/** Every file in experiments/ runs: its stages and all of its runs, for one step each. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, expect, test } from "vitest";
import { execute } from "../../src/experiments/execute.ts";
import { planExperiment } from "../../src/experiments/plan.ts";

const files = readdirSync("experiments").filter((name) => /\.(jsonc?|ya?ml)$/.test(name));
const root = mkdtempSync(join(tmpdir(), "retort-shipped-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const smoke = (prefix: string): string[] => [
  `${prefix}/training/steps=1`,
  `${prefix}/training/batch=8`,
  `${prefix}/training/schedule/warmup=0`,
  `${prefix}/rollouts/chunk=8`,
  `${prefix}/evaluation/prompts=4`,
];

test.each(files)(
  "%s",
  async (name) => {
    const path = join("experiments", name);
    const stages = new Set(planExperiment(path).flatMap((run) => run.stages.map((stage) => stage.name)));
    const runs = planExperiment(path, ["", ...[...stages].map((stage) => `/stages/${stage}`)].flatMap(smoke));
    const { signal } = new AbortController();
    const events = await lastValueFrom(execute(runs, { out: root, cache: join(root, "cache"), signal }).pipe(toArray()));
    const ended = events.filter((event) => event.kind === "end" && event.training.stage === undefined);
    expect(ended.map((event) => event.training.run)).toEqual(runs.map((run) => run.name));
    for (const event of ended) {
      if (event.kind === "end") expect(existsSync(join(event.folder, "student", "model.safetensors"))).toBe(true);
    }
  },
  180_000,
);
