/** Tests of trials that several figures have. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FrozenSweep } from "../../src/sweeps/planning/frozen.ts";
import { shareTrials, trialsToShare } from "../../src/reproduction/shared-trials.ts";

const root = mkdtempSync(join(tmpdir(), "retort-shared-"));
const folder = join(root, "small", "figure-9");
const file = join(root, "figure-9.json");

const idOf = (digit: string): string => digit.repeat(64);

const writeRun = (figure: string, name: string, id: string, status: string, metrics = ""): string => {
  const run = join(root, "small", figure, `${name}-${id.slice(0, 16)}`);
  mkdirSync(join(run, "student"), { recursive: true });
  writeFileSync(join(run, "metrics.jsonl"), metrics);
  writeFileSync(join(run, "student", "config.json"), "{}");
  const manifest = { name, label: "lambda 0", id, file: "figure-8.json", question: "Which lambda?", axes: { "/data/onPolicyFraction": 0 } };
  writeFileSync(join(run, "manifest.json"), JSON.stringify({ ...manifest, status, values: { seed: 1 } }));
  return run;
};

const trialOf = (id: string) => ({ id, name: "supervised-kd", label: "supervised KD", axes: { "/seed": 1 }, steps: 10 });

const sweep: FrozenSweep = {
  kind: "retort sweep",
  version: "0",
  file,
  cache: root,
  bases: {},
  trials: ["a", "b", "c", "d", "e"].map((digit) => trialOf(idOf(digit))),
};

const ours = (digit: string): string => join(folder, `supervised-kd-${idOf(digit).slice(0, 16)}`);
const read = (digit: string, name: string): string => readFileSync(join(ours(digit), name), "utf8");

beforeAll(() => {
  writeFileSync(file, JSON.stringify({ question: "Which method?", paper: "GKD, figure 9" }));
  writeRun("figure-8", "trial", idOf("a"), "done", "lines of a\n");
  writeRun("figure-8", "trial", idOf("b"), "failed");
  writeRun("figure-8", "trial", `${"c".repeat(60)}0000`, "done");
  writeRun("figure-8", "trial", idOf("d"), "done");
  writeRun("figure-9", "supervised-kd", idOf("d"), "interrupted", "begun here\n");
  // Left by a process that was killed while it copied.
  mkdirSync(`${ours("a")}.part`);
  writeFileSync(join(`${ours("a")}.part`, "half.json"), "{");
});
afterAll(() => rmSync(root, { recursive: true }));

test("a trial that is done for another figure is taken over with what this figure says of it; none other is", async () => {
  expect(trialsToShare(folder, sweep)).toEqual([idOf("a")]);
  expect(existsSync(ours("a"))).toBe(false);
  expect(await shareTrials(folder, sweep)).toBe(1);
  expect(JSON.parse(read("a", "manifest.json"))).toEqual({
    name: "supervised-kd",
    label: "supervised KD",
    id: idOf("a"),
    file,
    question: "Which method?",
    paper: "GKD, figure 9",
    axes: { "/seed": 1 },
    status: "done",
    values: { seed: 1 },
  });
  expect(read("a", "metrics.jsonl")).toBe("lines of a\n");
  expect(read("a", "student/config.json")).toBe("{}");
  expect(existsSync(join(ours("a"), "half.json"))).toBe(false);
  expect(existsSync(`${ours("a")}.part`)).toBe(false);
  expect(["b", "c", "e"].map((digit) => existsSync(ours(digit)))).toEqual([false, false, false]);
});

test("one that has begun resumes, and nothing is copied twice", async () => {
  expect(trialsToShare(folder, sweep)).toEqual([]);
  expect(await shareTrials(folder, sweep)).toBe(0);
  expect(read("d", "metrics.jsonl")).toBe("begun here\n");
});

test("a figure that is alone takes nothing over", async () => {
  expect(await shareTrials(join(root, "other", "figure-9"), sweep)).toBe(0);
});
