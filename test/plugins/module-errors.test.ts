/** Tests of what modules throw: the message names the user's line, whatever the family, and `--debug` shows the frame. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { calling, located, withLines } from "../../src/plugins/module-errors.ts";
import { compiledCommand } from "../fixtures/compiled-command.ts";

const root = mkdtempSync(join(tmpdir(), "retort-module-errors-"));
afterAll(() => rmSync(root, { recursive: true }));

const training = { steps: 1, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } };
const evaluation = { prompts: 1, metrics: [{ module: "./mean-words.ts" }] };
const experiment = (more: object): object => ({
  question: "Where did it break?",
  engine: "cpu",
  task: { module: "./copy.ts", length: 4 },
  student: { module: "./bigram.ts" },
  rewards: [{ type: "exact-match" }],
  objective: { type: "reinforce", baseline: { module: "./scaled-mean.ts" } },
  rollouts: { group: 2 },
  training,
  evaluation,
  ...more,
});
const taught = {
  rewards: [],
  teacher: { stage: "teacher" },
  stages: {
    teacher: { student: { type: "ngram", order: 2 }, objective: { type: "sft" }, data: { onPolicyFraction: 0 }, training, evaluation },
  },
  objective: { type: "distillation", divergence: { module: "./hellinger.ts" } },
};
const penalty = { objective: { module: "./confidence-penalty.ts", beta: 0.2 } };

test.each([
  ["divergence", "hellinger", "tf.add(teacher.logProbs,", "tf.add(tf.zeros([3, 3, 3]),", /3,3,3/u, taught],
  ["task", "copy", "completion === prompt.reference", "(prompt as any).none.none", /reading 'none'/u, {}],
  ["policy", "bigram", "weights[table]!", "weights[`${table}.none`]!", /'gather' must be a Tensor/u, {}],
  // The check of a file tries one group, training has two.
  [
    "baseline",
    "scaled-mean",
    "rewards.reduce(",
    "(rewards.length > _group ? (rewards as any).none() : rewards).reduce(",
    /none is not a function/u,
    {},
  ],
  ["objective", "confidence-penalty", "tf.neg(", "(tf as any).none(", /none is not a function/u, penalty],
  ["measure", "mean-words", "text.split(", "(text as any).none(", /none is not a function/u, {}],
])("what is thrown of one's own %s names its line, and --debug shows its frame", (kind, name, text, other, reason, more) => {
  const folder = join(root, kind);
  cpSync("examples/modules", folder, { recursive: true });
  const source = readFileSync(join(folder, `${name}.ts`), "utf8");
  const line = source.split(text, 1)[0]!.split("\n").length;
  writeFileSync(join(folder, `${name}.ts`), source.replace(text, other));
  writeFileSync(join(folder, "own.json"), JSON.stringify(experiment(more)));
  const words = ["run", join(folder, "own.json"), "--out", folder, "--cache", join(folder, "cache"), "--quiet", "--debug"];
  // A process of its own: the runner of tests shows other lines than Node.
  const { stderr, status } = spawnSync(process.execPath, [compiledCommand, ...words], { encoding: "utf8" });
  expect(status, stderr).toBe(1);
  expect(stderr).toContain(` (${join(folder, name)}.ts:${line}:`);
  // The memory that a run takes is estimated from the programs of the policy and its loss, before there is a run.
  if (["policy", "objective", "divergence"].includes(kind)) {
    expect(stderr).toMatch(new RegExp(`error: .*\\(at ${name}\\.ts:${line}:\\d+\\)`, "u"));
    expect(existsSync(join(folder, "own"))).toBe(false);
    return;
  }
  const run = readdirSync(join(folder, "own"))[0]!;
  const { error } = JSON.parse(readFileSync(join(folder, "own", run, "manifest.json"), "utf8")) as { error: string };
  expect(error).toMatch(reason);
  expect(error).toMatch(new RegExp(`\\(at ${name}\\.ts:${line}:\\d+\\)`, "u"));
});

describe("the line", () => {
  const code = {
    file: "/own/here/a.ts",
    sources: { "/own/here/a.ts": { sha256: "", text: "" }, "/own/lib/b.ts": { sha256: "", text: "" } },
  };
  const thrown = (stack: string): Error => Object.assign(new Error("no"), { stack: `Error: no\n${stack}` });

  test.each([
    ["    at f (/own/here/a.ts:3:4)", "no (at a.ts:3:4)"],
    ["    at new X (node:fs:1:2)\n    at f (file:///own/lib/b.ts:5:6)\n    at /own/here/a.ts:3:4", "no (at ../lib/b.ts:5:6)"],
    ["    at /own/here/a.ts:3:4", "no (at a.ts:3:4)"],
    ["    at f (/elsewhere/a.ts:3:4)", "no"],
    ["/own/here/a.ts:3:4 is no frame", "no"],
  ])("of %j is told in %j, once", (stack, message) => {
    const error = thrown(stack);
    expect(located(located(error, code), code)).toBe(error);
    expect(error.message).toBe(message);
  });

  test("is told of what is thrown later too, and of errors whose message is fixed; what is no error passes as it is", async () => {
    const abort = new DOMException("gone", "AbortError");
    Object.defineProperty(abort, "stack", { value: "AbortError\n    at f (/own/here/a.ts:1:2)" });
    await expect(calling(code, () => Promise.reject(abort))).rejects.toThrow("gone (at a.ts:1:2)");
    await expect(calling(code, () => Promise.reject(thrown("    at /own/here/a.ts:3:4")))).rejects.toThrow("no (at a.ts:3:4)");
    expect(located("text", code)).toBe("text");
    expect(calling(code, () => 3)).toBe(3);
  });
});

describe("what a module made", () => {
  const code = { file: import.meta.filename, sources: { [import.meta.filename]: { sha256: "", text: "" } } };

  test("keeps its class, its private fields and its getters; each function stays one", () => {
    class Counter {
      #count = 0;
      readonly name = "counter";
      get count(): number {
        return this.#count;
      }
      add(by: number): number {
        this.#count += by;
        if (by < 0) throw new RangeError("expected more");
        return this.#count;
      }
    }
    class Double extends Counter {
      override add(by: number): number {
        return super.add(2 * by);
      }
    }
    const part = withLines(new Double(), code) as Counter;
    expect([part.add(3), part.count, part.name]).toEqual([6, 6, "counter"]);
    const { add } = part as { add: unknown };
    expect((part as { add: unknown }).add).toBe(add);
    // A copy, as families make, still works.
    const copy = { ...(part as object) } as Pick<Counter, "add">;
    expect(copy.add(1)).toBe(8);
    expect(() => copy.add(-1)).toThrow(/^expected more \(at module-errors\.test\.ts:\d+:\d+\)$/u);
  });

  test("is held to it inside of the objects that are named, and what is frozen too", () => {
    const fail = (): never => {
      throw new Error("no");
    };
    const made = Object.freeze({ inner: Object.freeze({ fail }), other: { fail } });
    const part = withLines(made, code, ["inner"]) as typeof made;
    expect(part.other).toBe(made.other);
    expect(() => part.other.fail()).toThrow(/^no$/u);
    expect(() => part.inner.fail()).toThrow(/^no \(at module-errors/u);
  });
});
