/** Tests of the Job for Kubernetes: its fields are those of batch/v1, and a shell runs the trial of an index. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { kubernetesJob, type KubernetesJob } from "../../../src/sweeps/executors/kubernetes-job.ts";

const schema = JSON.parse(readFileSync(new URL("../../fixtures/kubernetes-job.schema.json", import.meta.url), "utf8")) as object;
const isJob = new Ajv({ strict: false, allErrors: true }).compile(schema);

const yaml = (changes: Partial<KubernetesJob> = {}): string =>
  kubernetesJob({
    folder: "/shared/runs/alpha",
    list: "/shared/runs/alpha/kubernetes/0123.list",
    trials: 60,
    paths: ["/shared", "/shared/.retort"],
    jobs: 4,
    threads: 2,
    retries: 1,
    image: "registry.example.org:5000/retort:1.0",
    claim: "shared-runs",
    mount: "/shared",
    memory: "4Gi",
    ...changes,
  });

interface ParsedJob {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completions: number;
    readonly parallelism: number;
    readonly podFailurePolicy: { readonly rules: readonly object[] };
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly command: readonly string[] }] } };
  };
}

const job = (changes?: Partial<KubernetesJob>): ParsedJob => parse(yaml(changes)) as ParsedJob;

describe("the Job", () => {
  test("has the fields of batch/v1 and no others", () => {
    isJob(parse(yaml()));
    expect(isJob.errors).toBeNull();
    expect(isJob({ ...job(), spec: { ...job().spec, backoffLimitForIndex: 5 } })).toBe(false);
  });

  test("has an index for each trial, and at most as many pods", () => {
    expect(job().spec).toMatchObject({ completionMode: "Indexed", completions: 60, parallelism: 4, backoffLimitPerIndex: 5 });
    expect(job({ trials: 2 }).spec.parallelism).toBe(2);
  });

  test("replaces what was stopped without counting it, and does not try again what has failed", () => {
    expect(job().spec.podFailurePolicy.rules.map((rule) => JSON.stringify(rule))).toEqual([
      expect.stringMatching(/Ignore.*DisruptionTarget/u),
      expect.stringMatching(/Ignore.*"In".*\[143\]/u),
      expect.stringMatching(/FailIndex.*\[1,2\]/u),
    ]);
  });

  test("has a name that is a label, and different for other trials", () => {
    const { name } = job({ folder: "/shared/runs/It's an Ünusual_name that goes on and on and on" }).metadata;
    expect(name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/u);
    expect(name.length).toBeLessThanOrEqual(50);
    expect(job({ list: "/shared/other.list" }).metadata.name).not.toBe(job().metadata.name);
  });

  test("runs the trial of its index", () => {
    const folder = mkdtempSync(join(tmpdir(), "retort-job-"));
    const list = join(folder, "it's a list");
    writeFileSync(list, "first\nsecond\n");
    writeFileSync(join(folder, "retort"), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n', { mode: 0o755 });
    const [program, ...words] = job({ folder, list, paths: [], mount: folder }).spec.template.spec.containers[0].command;
    const env = { PATH: `${folder}:${process.env["PATH"]}`, JOB_COMPLETION_INDEX: "1" };
    const run = spawnSync(program!, words, { env, encoding: "utf8" });
    rmSync(folder, { recursive: true, force: true });
    expect(run.stdout).toBe(`trial\n--supervised\n--threads\n2\n--retries\n1\n${folder}\nsecond\n`);
    expect(run.status).toBe(7);
  });

  test.each([
    ["a path that pods would not see", { paths: ["/elsewhere"] }, /below --mount \/shared, .* got \/elsewhere$/u],
    ["memory without its unit", { memory: "4" }, /^kubernetes: expected memory such as 4Gi, got "4"$/u],
    ["a claim that is no name", { claim: "My Claim" }, /the name of a claim/u],
    ["an image with spaces", { image: "a b" }, /an image/u],
  ])("is refused with %s", (_what, changes, message) => {
    expect(() => yaml(changes)).toThrow(RangeError);
    expect(() => yaml(changes)).toThrow(message);
  });
});
