/** Experiments, run: where everything is left, what is used again, and how it resumes. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { stageFiles, stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { lockFolder, isLock } from "../../../src/runs/folder/lock.ts";
import { LockedError } from "../../../src/runs/folder/locked-error.ts";
import { execute, type ExecutionOptions } from "../../../src/experiments/running/execute.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { RunEvent } from "../../../src/experiments/running/run-event.ts";
import { IdleThreads } from "../../../src/workers/idle-threads.ts";
import { mergedWeights } from "../../../src/policies/adapters/merge.ts";
import { loadAdapters } from "../../../src/policies/adapters/peft.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { openFiles, runFiles } from "../../fixtures/run-files.ts";
import { openThreads, startedThreads, threadsEnded } from "../../fixtures/threads.ts";

const path = "test/fixtures/experiments/small.yaml";
const root = mkdtempSync(join(tmpdir(), "retort-execute-"));
const [out, cache] = [join(root, "runs"), join(root, "cache")];

interface Outcome {
  readonly events: readonly RunEvent[];
  readonly error: unknown;
}

/** Runs the file to its end; `see` may abort it. */
const perform = (
  overrides: readonly string[] = [],
  see: (event: RunEvent, controller: AbortController) => void = () => undefined,
  roots: Omit<ExecutionOptions, "signal"> = { out, cache },
): Promise<Outcome> => {
  const controller = new AbortController();
  const events: RunEvent[] = [];
  return new Promise((resolve) => {
    execute(planExperiment(path, overrides), { ...roots, signal: controller.signal }).subscribe({
      next: (event) => {
        events.push(event);
        see(event, controller);
      },
      complete: () => resolve({ events, error: undefined }),
      error: (error: unknown) => resolve({ events, error }),
    });
  });
};

const outline = ({ events }: Outcome): string[] =>
  events.flatMap(({ kind, training }) => (kind === "report" ? [] : [`${kind} ${training.stage ?? training.run}`]));
const read = (...names: string[]): Record<string, unknown> => JSON.parse(readFileSync(join(...names), "utf8")) as Record<string, unknown>;
const lines = (...names: string[]): Record<string, unknown>[] =>
  readFileSync(join(...names), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const folders = (): string[] => readdirSync(join(out, "small")).toSorted();
const unfinished = (): string[] => (existsSync(join(cache, "unfinished")) ? readdirSync(join(cache, "unfinished")) : []);
const weights = (folder: string): Buffer => readFileSync(join(folder, "student", "model.safetensors"));

const [planned] = planExperiment(path) as [ReturnType<typeof planExperiment>[number]];
const first = join(out, "small", `run-${planned.id.slice(0, 16)}`);
const checkpoint = (step: number): string => `checkpoint-0000000${step}.safetensors`;

describe("an experiment", () => {
  test("makes its stages, then its run, and leaves everything where it belongs", async () => {
    const outcome = await perform();
    expect(outcome.error).toBeUndefined();
    expect(openThreads()).toBe(0);
    expect(outline(outcome)).toEqual(["start", "teacher", "run"].flatMap((name) => [`begin ${name}`, `end ${name}`]));

    const stageStore = stageStoreIn(join(cache, "stages"));
    expect(readdirSync(join(cache, "stages")).toSorted()).toEqual(
      planned.stages.map(({ id }) => basename(stageStore.folder(id))).toSorted(),
    );
    for (const { id, name, values } of planned.stages) {
      expect(readdirSync(stageStore.folder(id)).toSorted()).toEqual([...stageFiles].toSorted());
      expect(read(stageStore.folder(id), "manifest.json")).toMatchObject({ name, id, values, accuracy: expect.any(Number) as number });
    }
    expect(unfinished()).toEqual([]);

    expect(outcome.events.at(-1)).toMatchObject({ kind: "end", folder: first, accuracy: expect.any(Number) as number });
    expect(readdirSync(first).toSorted()).toEqual(runFiles);
    expect(read(first, "manifest.json")).toMatchObject({ status: "done", attempt: 1, id: planned.id, engine: { name: "onnx" } });
    expect(lines(first, "metrics.jsonl").map(({ kind, step }) => `${String(kind)} ${String(step)}`)).toEqual([
      "evaluation 0",
      "step 1",
      // No completion of a fresh student is right.
      "warning 1",
      "step 2",
      "evaluation 2",
      "step 3",
      "step 4",
      "evaluation 4",
    ]);
    expect(lines(first, "timings.jsonl").map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(lines(first, "rollouts.jsonl").map(({ step }) => step)).toEqual(
      [1, 2, 3, 4].flatMap((step) => Array.from({ length: 8 }, () => step)),
    );
    const last = (which: string) => lines(first, "metrics.jsonl").findLast(({ kind }) => kind === which) as { metrics: object };
    expect(read(first, "summary.json")).toEqual({
      metrics: { ...last("step").metrics, ...last("evaluation").metrics },
      milliseconds: expect.any(Number) as number,
    });

    const student = await loadPolicy(join(first, "student"));
    const start = await loadPolicy(stageStore.folder(planned.inputs["start"]!));
    expect(student.policy.config).toEqual(start.policy.config);
    expect(student.weights).not.toEqual(start.weights);
    expect(read(first, "student", "config.json")).toMatchObject({ eos_token_id: 1, pad_token_id: 0 });
  });

  test("has the same bytes on threads that another has left, and starts none anew; a user's code has its own", async () => {
    const idle = new IdleThreads();
    const plain = ['/rewards=[{"type":"exact-match"}]'];
    const began = async (overrides: readonly string[], name: string, given?: IdleThreads) => {
      const there = { out: join(root, name, "runs"), cache: join(root, name, "cache"), ...(given && { idle: given }) };
      const before = startedThreads();
      expect((await perform(overrides, undefined, there)).error).toBeUndefined();
      const [folder] = readdirSync(join(there.out, "small"));
      const path = join(there.out, "small", folder!);
      return { threads: startedThreads() - before, bytes: weights(path), rollouts: lines(path, "rollouts.jsonl") };
    };
    const alone = await began(plain, "alone");
    expect(openThreads()).toBe(0);
    const leaves = await began(plain, "leaves", idle);
    expect(openThreads()).toBe(leaves.threads);
    expect(await began(plain, "takes", idle)).toEqual({ ...alone, threads: 0 });
    expect({ ...leaves, threads: alone.threads }).toEqual(alone);
    expect((await began([], "own code", idle)).threads).toBeGreaterThan(alone.threads);
    expect(openThreads()).toBe(leaves.threads);
    await idle.close();
    expect(openThreads()).toBe(0);
  });

  test("that trains adapters leaves the student with them merged, and them beside it", async () => {
    const outcome = await perform(['/training/adapters={"rank": 2, "targets": ["q_proj", "mlp"]}', "/training/steps=2"]);
    expect(outcome.error).toBeUndefined();
    const last = outcome.events.at(-1);
    if (last?.kind !== "end") throw new Error(`expected an end, got ${last?.kind}`);
    const student = join(last.folder, "student");
    expect(readdirSync(student).toSorted()).toEqual(["adapter", "config.json", "model.safetensors", "tokenizer.json"]);
    const start = stageStoreIn(join(cache, "stages")).folder(planned.inputs["start"]!);
    const [base, merged] = [await loadPolicy(start), await loadPolicy(student)];
    expect(read(student, "adapter", "adapter_config.json")).toMatchObject({ r: 2, lora_alpha: 16, base_model_name_or_path: start });
    const adapters = await loadAdapters(join(student, "adapter"), base.policy);
    const engine = onnxEngine();
    const byHand = await mergedWeights(engine, adapters.policy, { ...base.weights, ...adapters.weights });
    await engine.dispose();
    expect(merged.weights).toEqual(byHand);
    expect(merged.weights).not.toEqual(base.weights);
  });

  test("that is interrupted resumes from its checkpoint, to the same bytes, with the stages that are there", async () => {
    const stop = new Error("interrupted");
    const interrupted = await perform([], (event, controller) => {
      if (event.kind === "report" && event.report.kind === "step" && event.report.step === 3) controller.abort(stop);
    });
    expect(interrupted.error).toBe(stop);
    expect(outline(interrupted)).toEqual(["reuse start", "reuse teacher", "begin run"]);
    const second = `${first}-2`;
    expect(read(second, "manifest.json")).toMatchObject({ status: "interrupted", error: "interrupted" });
    expect(readdirSync(second).toSorted()).toEqual(openFiles);
    expect(readdirSync(join(second, "checkpoints"))).toEqual([checkpoint(3)]);

    const resumed = await perform();
    expect(resumed.error).toBeUndefined();
    expect(readdirSync(second).toSorted()).toEqual(runFiles);
    expect(read(second, "manifest.json")).toMatchObject({ status: "done", attempt: 2 });
    for (const name of ["metrics.jsonl", "rollouts.jsonl"])
      expect(readFileSync(join(second, name), "utf8")).toBe(readFileSync(join(first, name), "utf8"));
    expect(weights(second).equals(weights(first))).toBe(true);
    const { milliseconds: _milliseconds, ...summary } = read(first, "summary.json");
    const { accuracy } = summary["metrics"] as { accuracy: number };
    expect(read(second, "summary.json")).toMatchObject(summary);
    expect(existsSync(`${first}-3`)).toBe(false);

    const once = await perform([], undefined, { out, cache, repeat: false });
    expect(once.events).toMatchObject([{ kind: "reuse", training: { run: "run" }, folder: first, accuracy }]);
  });

  test("pauses where it is told, and resumes to the same bytes; the checkpoints that it shall keep stay", async () => {
    const keeping = ['/training/checkpoints={"every": 1, "keepEvery": 2}'];
    const where = { out: join(root, "paused"), cache };
    const folder = join(where.out, "small", basename(first));
    const paused = await perform(keeping, undefined, { ...where, pauseAt: 3 });
    expect(paused.error).toBeUndefined();
    expect(paused.events.at(-1)).toMatchObject({ kind: "report", report: { kind: "paused", step: 3 } });
    expect(read(folder, "manifest.json")).toMatchObject({ status: "paused" });
    expect(readdirSync(join(folder, "checkpoints")).toSorted()).toEqual([checkpoint(2), checkpoint(3)]);
    expect((await perform(keeping, undefined, where)).error).toBeUndefined();
    expect(readdirSync(join(folder, "checkpoints")).toSorted()).toEqual([checkpoint(2), checkpoint(4)]);
    for (const name of ["metrics.jsonl", "rollouts.jsonl"])
      expect(readFileSync(join(folder, name), "utf8")).toBe(readFileSync(join(first, name), "utf8"));
    expect(weights(folder).equals(weights(first))).toBe(true);
  });

  test("that another process has done meanwhile is not begun again", async () => {
    const where = { out: join(root, "meanwhile"), cache, repeat: false };
    const folder = join(where.out, "small", basename(first));
    const outcome = await perform(
      [],
      ({ kind, training }) => {
        if (kind === "begin" && training.stage === undefined) cpSync(first, folder, { recursive: true });
      },
      where,
    );
    expect(outcome.error).toBeUndefined();
    expect(outline(outcome)).toEqual(["reuse start", "reuse teacher", "begin run", "reuse run"]);
    expect(readdirSync(join(folder, "attempts"))).toEqual(["0001.json"]);
  });

  test("is refused while another process works on it", async () => {
    const where = { out: join(root, "held"), cache };
    const folder = join(where.out, "small", basename(first));
    const claimed = await lockFolder(folder);
    if (!isLock(claimed)) throw new Error("expected a claim");
    const { error } = await perform([], undefined, where);
    expect(error).toBeInstanceOf(LockedError);
    expect(String(error)).toContain(`${folder}: process ${process.pid} on`);
    expect(readdirSync(folder)).toEqual(["attempts"]);
    await claimed.release();
  });

  test.each(["the run's folder", "its parent"])("whose folder is removed while it runs says so, and begins anew: %s", async (what) => {
    const where = { out: join(root, what), cache };
    const folder = join(where.out, "small", basename(first));
    const removed = what === "its parent" ? where.out : folder;
    const { error, events } = await perform(
      ["/training/checkpoints/every=1"],
      ({ kind, training }) => {
        if (kind === "report" && training.stage === undefined) rmSync(removed, { recursive: true, force: true });
      },
      where,
    );
    expect(error).toMatchObject({ name: "VanishedError", vanished: removed });
    expect(events.some(({ kind, training }) => kind === "end" && training.stage === undefined)).toBe(false);
    expect(existsSync(removed)).toBe(false);
    expect(openThreads()).toBe(0);
    expect((await perform([], undefined, where)).error).toBeUndefined();
    expect(weights(folder)).toEqual(weights(first));
  });

  test("whose run fails says so in its manifest, and leaves no student", async () => {
    const before = folders();
    const { error } = await perform(["/rewards/0/at=1", "/rewards/0/what=nan"]);
    expect(String(error)).toMatch(/reward digits: expected a finite number for prompt/u);
    const [folder] = folders().filter((name) => !before.includes(name));
    expect(read(out, "small", folder!, "manifest.json")).toMatchObject({
      status: "failed",
      error: expect.stringContaining("reward digits") as string,
    });
    expect(readdirSync(join(out, "small", folder!)).toSorted()).toEqual(openFiles);
    expect(readdirSync(join(out, "small", folder!, "checkpoints"))).toEqual([]);
  });

  test("whose stage fails leaves no stored stage of it, and begins no run", async () => {
    const before = [folders(), readdirSync(join(cache, "stages"))];
    const outcome = await perform([
      `/stages/start/objective={"type": "reinforce", "baseline": {"type": "none"}}`,
      "/stages/start/data/onPolicyFraction=1",
      `/stages/start/rewards=[{ "module": "../rewards/slow.ts", "at": 0, "what": "throw"}]`,
    ]);
    expect(String(outcome.error)).toContain("the judge is ill");
    expect(outline(outcome)).toEqual(["begin start"]);
    expect([folders(), readdirSync(join(cache, "stages"))]).toEqual(before);
  });

  test("with a damaged stage names the file, and begins no run", async () => {
    const other = join(root, "damaged");
    cpSync(cache, other, { recursive: true });
    const stage = stageStoreIn(join(other, "stages")).folder(planned.inputs["teacher"]!);
    const file = join(stage, "model.safetensors");
    truncateSync(file, 700);
    const before = folders();
    const { error } = await perform([], undefined, { out, cache: other });
    expect(String(error)).toContain(`stage "teacher" cannot be read; remove ${stage}, and it is made again`);
    expect(String((error as Error).cause)).toContain(`${file}: the file is cut`);
    expect(folders()).toEqual(before);
    expect(openThreads()).toBe(0);
  });

  test("that nobody follows any more ends its threads, and keeps what was done", async () => {
    await new Promise<void>((resolve, reject) => {
      const subscription = execute(planExperiment(path), { out, cache, signal: new AbortController().signal }).subscribe({
        next: (event) => {
          if (event.kind !== "report" || event.report.kind !== "step") return;
          subscription.unsubscribe();
          resolve();
        },
        error: reject,
      });
    });
    await threadsEnded();
    expect(readdirSync(`${first}-3/checkpoints`)).toEqual([checkpoint(1)]);
  });
});
