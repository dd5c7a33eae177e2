/** Tests of `retort sweep --executor kubernetes`, which writes a Job; its fields are tested in test/experiments/executors. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { main } from "../../../../src/cli/program.ts";
import { readFrozen } from "../../../../src/sweeps/planning/frozen.ts";
import { tinySweep, type TinySweep } from "../../../fixtures/tiny-sweep.ts";
import { recorder } from "../../recorder.ts";

let sweep: TinySweep;
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } });
});
afterAll(() => sweep.remove());

const emit = async (...options: string[]) => {
  const { terminal, output, errors } = recorder();
  const folders = ["--out", join(sweep.root, "emitted"), "--cache", join(sweep.root, "cache")];
  const job = join(sweep.root, "job.yaml");
  const code = await main(["sweep", sweep.file, "--executor", "kubernetes", "--emit", job, ...folders, ...options], terminal);
  return { code, job, output: output(), errors: errors() };
};

test("what is missing is asked for, and nothing is written", async () => {
  const { code, job, errors } = await emit("--image", "retort:1", "--mount", sweep.root);
  expect(code).toBe(2);
  expect(errors).toBe("error: --executor kubernetes: expected --emit, --image, --claim and --mount, got no --claim\n");
  const elsewhere = await emit("--image", "retort:1", "--claim", "runs", "--mount", "/elsewhere");
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.errors).toContain("below --mount /elsewhere");
  expect(existsSync(job)).toBe(false);
});

test("the Job runs the trials of the plan that it is written with", async () => {
  const { code, job, output } = await emit("--image", "retort:1", "--claim", "runs", "--mount", sweep.root);
  expect(code).toBe(0);
  expect(output).toBe(`${job}: a Job of 3 trials; submit it with kubectl apply -f, and see their progress with --dry-run\n`);
  const folder = join(sweep.root, "emitted", "tiny");
  const [name] = readdirSync(join(folder, "kubernetes"));
  const ids = readFileSync(join(folder, "kubernetes", name!), "utf8")
    .trim()
    .split("\n");
  expect(ids).toEqual(readFrozen(folder).trials.map(({ id }) => id));
  const { spec } = parse(readFileSync(job, "utf8")) as { spec: { completions: number; template: object } };
  expect(spec.completions).toBe(3);
  expect(JSON.stringify(spec.template)).toContain(name);
});
