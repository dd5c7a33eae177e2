/** Tests of a module of each kind: the examples run through a whole training, on both kinds of engines. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, describe, expect, test } from "vitest";
import { execute } from "../../src/experiments/running/execute.ts";
import { planExperiment } from "../../src/experiments/planning/run-plan.ts";
import { loadPolicy } from "../../src/policies/checkpoints/huggingface.ts";

const root = mkdtempSync(join(tmpdir(), "retort-examples-"));
afterAll(() => rmSync(root, { recursive: true }));

const example = (name: string): string => relative(root, resolve("examples/modules", `${name}.ts`));

const experiment = (engine: string): object => ({
  question: "Does a module of each kind run?",
  engine,
  task: { module: example("copy"), length: 4 },
  stages: {
    teacher: {
      student: { module: example("bigram") },
      objective: { module: example("confidence-penalty"), beta: 0.2 },
      data: { onPolicyFraction: 0 },
      training: { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } },
      evaluation: { prompts: 2 },
    },
  },
  student: { module: example("bigram") },
  teacher: { stage: "teacher" },
  rewards: [{ type: "exact-match" }],
  objective: {
    type: "reinforce-gkd",
    alpha: 0.5,
    divergence: { module: example("hellinger"), factor: 2 },
    baseline: { module: example("scaled-mean") },
  },
  rollouts: { group: 2 },
  training: { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } },
  evaluation: { prompts: 4, metrics: [{ module: example("mean-words") }] },
});

describe.each(["onnx", "cpu"])("on %s", (engine) => {
  test("a task, a policy, an objective, a divergence, a baseline and a measure of one's own are trained with", async () => {
    const [file, out] = [join(root, `${engine}.json`), join(root, engine)];
    writeFileSync(file, JSON.stringify(experiment(engine)));
    const plan = planExperiment(file);
    const { signal } = new AbortController();
    await lastValueFrom(execute(plan, { out, cache: join(out, "cache"), signal, threads: 1 }).pipe(toArray()));
    const folder = join(out, engine, readdirSync(join(out, engine))[0]!);
    const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").trimEnd().split("\n");
    const metrics = lines.map((line) => (JSON.parse(line) as { metrics: Record<string, number> }).metrics);
    const step = metrics.find((each) => "divergence/hellinger" in each)!;
    expect(step["divergence/hellinger"]).toBeGreaterThan(0);
    expect(step["divergence/hellinger"]).toBeLessThan(2);
    expect(metrics[0]!["words"]).toBeGreaterThanOrEqual(0);
    // The student's architecture is named by its code, which this process has read; its parameters are as they were.
    const student = await loadPolicy(join(folder, "student"));
    expect(student.policy.config).toMatchObject({ model_type: "retort-module", parameters: {}, module: example("bigram") });
    const before = readFileSync(join(folder, "student", "config.json"), "utf8");
    writeFileSync(join(folder, "student", "config.json"), before.replace(/"code": "[0-9a-f]+"/u, `"code": "${"0".repeat(64)}"`));
    await expect(loadPolicy(join(folder, "student"))).rejects.toThrow(/expected .*bigram\.ts to be read before it is used, got none/u);
  });
});
