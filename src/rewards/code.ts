/** A reward for code that passes its prompt's tests. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { resourcePool } from "../workers/resource-pool.ts";
import { lastCodeBlock } from "./code-block.ts";
import type { Reward, RewardContext } from "./reward.ts";
import type { OpenCell } from "./sandbox/cell.ts";
import { openJavaScript } from "./sandbox/javascript.ts";
import { openPython } from "./sandbox/python.ts";
import { Sandbox } from "./sandbox/sandbox.ts";

interface Language {
  /** How fenced blocks call it. */
  readonly names: readonly string[];
  readonly openCell: OpenCell;
}

const languages = {
  javascript: { names: ["javascript", "js", "node", "mjs", "cjs"], openCell: openJavaScript },
  python: { names: ["python", "py", "python3"], openCell: openPython },
} satisfies Record<string, Language>;

const parameters = {
  language: Type.Union([Type.Literal("javascript"), Type.Literal("python")], {
    description:
      "What the code is written in: JavaScript as QuickJS knows it, or Python 3.14 with its standard library.",
  }),
  source: Type.Union([Type.Literal("block"), Type.Literal("completion")], {
    default: "block",
    description:
      "block: the code is the last fenced block of the completion, which must say the language or none; " +
      "without one the reward is 0. completion: all of the completion.",
  }),
  score: Type.Union([Type.Literal("share"), Type.Literal("all")], {
    default: "share",
    description:
      "share: the share of the prompt's tests that the code passes. all: 1 when it passes all of them, else 0.",
  }),
  time: Type.Integer({
    default: 2000,
    minimum: 10,
    maximum: 600_000,
    description: "Most time of one test, the code included, in ms.",
  }),
  memory: Type.Integer({
    default: 256,
    minimum: 32,
    maximum: 2048,
    description: "Most memory of one test, the interpreter included, in MiB.",
  }),
  sandboxes: Type.Integer({ default: 1, minimum: 1, maximum: 64, description: "Tests that run at the same time." }),
};

/**
 * Runs the completion's code in an interpreter of its own that reaches neither files nor network nor processes, and
 * each of the prompt's tests in another, which asks it: the share of the tests that end without an error, or 1 when all
 * do and else 0. Only plain data goes from the one to the other. `RangeError` when a prompt of the task has no tests.
 */
export const code = define({
  type: "code",
  summary: "Whether code passes its prompt's tests, run in a sandbox.",
  parameters,
  create({ language, source, score, time, memory, sandboxes }, { task }: Pick<RewardContext, "task">): Reward {
    const without = [...task.train, ...task.test].find(({ tests = [] }) => tests.length === 0);
    if (without !== undefined) {
      throw new RangeError(
        `code: expected a task whose prompts have tests, got none in ${task.name} for ` +
          `${JSON.stringify(without.text.slice(0, 60))}`,
      );
    }
    const { names, openCell } = languages[language];
    const all = Array.from({ length: sandboxes }, () => new Sandbox(openCell, { time, memory }));
    const idle = resourcePool(all);
    const passes = async (program: string, test: string, signal: AbortSignal): Promise<boolean> => {
      const lease = await idle.acquire(signal);
      try {
        return (await lease.item.run({ code: program, test }, signal)).passed;
      } finally {
        lease.release();
      }
    };
    const passesAll = async (program: string, tests: readonly string[], signal: AbortSignal): Promise<boolean> => {
      for (const test of tests) if (!(await passes(program, test, signal))) return false;
      return true;
    };
    return {
      name: "code",
      range: [0, 1],
      prepare: async () => {
        await Promise.all(all.map((sandbox) => sandbox.prepare()));
      },
      close: async () => {
        await Promise.all(all.map((sandbox) => sandbox.close()));
      },
      async score({ prompt: { tests = [] }, text }, signal) {
        const program = source === "completion" ? text : lastCodeBlock(text, names);
        if (program === undefined) return { value: 0, parts: {} };
        if (score === "all") return { value: Number(await passesAll(program, tests, signal)), parts: {} };
        const results = await Promise.all(tests.map((test) => passes(program, test, signal)));
        return { value: results.filter(Boolean).length / tests.length, parts: {} };
      },
    };
  },
});
