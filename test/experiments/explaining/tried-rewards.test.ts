/** Tests of rewards on a few completions. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tryRewards } from "../../../src/experiments/explaining/tried-rewards.ts";
import { tasks } from "../../../src/tasks/index.ts";
import { httpServer, json } from "../../fixtures/http-server.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-tried-"));
const lines = (name: string, rows: readonly object[]): string => {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
};
const taskOf = (path: string) =>
  tasks.create({ type: "prompts", path, test: 1, promptTokens: 99, completionTokens: 99, tokenizer: { bpe: 300 } }, { seed: 0 });
const answered = taskOf(
  lines(
    "a.jsonl",
    ["ab", "cd", "ef"].map((prompt, i) => ({ prompt, reference: `right ${i}` })),
  ),
);
const words = taskOf(
  lines(
    "c.jsonl",
    ["ab", "cd", "ef"].map((prompt) => ({ prompt, reference: "no number" })),
  ),
);
const unanswered = taskOf(
  lines(
    "b.jsonl",
    ["ab", "cd", "ef"].map((prompt) => ({ prompt })),
  ),
);
const exact = { type: "exact-match", correct: 1, incorrect: 0 };
const here = { folder, callOutside: false };

test("a reference, a wrong one and nothing get their values, without weights", async () => {
  const { tried, mistakes } = await tryRewards(
    [
      { ...exact, weight: 3 },
      { type: "length", name: "long", target: 0, tolerance: 10, unit: "characters" },
    ] as never,
    answered,
    "/stages/a",
    here,
  );
  expect(mistakes).toEqual([]);
  expect(tried.completions.map(({ name }) => name)).toEqual(["its reference", "another reference", "nothing"]);
  expect(tried.rewards).toEqual([
    { pointer: "/stages/a/rewards/0", name: "exact-match", values: [1, 0, 0] },
    { pointer: "/stages/a/rewards/1", name: "long", values: [expect.closeTo(0.3), expect.closeTo(0.3), 1] },
  ]);
});

test("without references it is the prompt and nothing", async () => {
  const { tried } = await tryRewards(
    [{ type: "regular-expression", pattern: ".", whole: false, ignoreCase: false, dotAll: false, multiline: false }] as never,
    unanswered,
    "",
    here,
  );
  expect(tried.completions).toEqual([
    { name: "the prompt again", text: tried.prompt },
    { name: "nothing", text: "" },
  ]);
  expect(tried.rewards[0]!.values).toEqual([1, 0]);
});

test("a reward that throws is a mistake at its place, and the others are tried", async () => {
  const { tried, mistakes } = await tryRewards([exact, { type: "numeric-answer" }] as never, words, "", here);
  expect(tried.rewards).toHaveLength(1);
  expect(mistakes).toMatchObject([
    { pointer: "/rewards/1", message: expect.stringContaining("expected a number in the reference") as string },
  ]);
});

test("servers and models are not asked, servers are when that is said, and models are not", async () => {
  const server = await httpServer((asked, response) => json(response, asked.path === "/health" ? {} : { scores: [1, 2, 3] }));
  const list = [
    { type: "http", url: `${server.url}/score`, health: "/health", batch: 8, connections: 1, timeout: 10_000 },
    { type: "reward-model", model: { stage: "judge" } },
  ] as never;
  expect((await tryRewards(list, answered, "", here)).tried.rewards).toMatchObject([{ notCalled: "a server" }, { notCalled: "a model" }]);
  expect(server.asked).toEqual([]);
  const { tried } = await tryRewards(list, answered, "", { ...here, callOutside: true });
  expect(tried.rewards).toMatchObject([{ values: [1, 2, 3] }, { notCalled: "a model" }]);
});
