/** Completions of a run: which steps are shown, and tokens of strangers only where they fit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { completionOf, lineOf, readCompletions } from "../../../src/runs/reading/completions.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-completions-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tokens = { pieces: ["a", ""], divergences: [0.5, 0] };
const read = async (lines: readonly unknown[]) => {
  writeFileSync(join(folder, "rollouts.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return readCompletions(folder);
};
const steps = async (lines: readonly unknown[]): Promise<number[]> => (await read(lines)).map((all) => all[0]!.step);

test("the first step and the last are shown, or the last whose tokens were inspected", async () => {
  const plain = (step: number) => ({ step, completion: "a" });
  const seen = (step: number) => ({ ...plain(step), ...tokens });
  expect(await steps([])).toEqual([]);
  expect(await steps([plain(1), plain(1)])).toEqual([1]);
  expect(await steps([plain(1), plain(2), plain(3)])).toEqual([1, 3]);
  expect(await steps([seen(1), plain(2), plain(3)])).toEqual([1, 3]);
  expect(await steps([seen(1), plain(2), seen(3), plain(4)])).toEqual([1, 3]);
  expect(await steps([seen(1), "odd", { step: "2" }, { step: 0.5 }, seen(3)])).toEqual([1, 3]);
});

test("at most eight of a step are shown", async () => {
  const all = await read(Array.from({ length: 20 }, (_, i) => ({ step: i < 10 ? 1 : 2, completion: "a" })));
  expect(all.map(({ length }) => length)).toEqual([8, 8]);
});

test("tokens that do not fit are none, and long ones end with the text", async () => {
  const piecesOf = async (line: object) => (await read([{ step: 1, ...line }]))[0]![0]!.pieces;
  expect(await piecesOf(tokens)).toEqual([
    { text: "a", divergence: 0.5 },
    { text: "", divergence: 0 },
  ]);
  expect(await piecesOf({ ...tokens, divergences: [1] })).toEqual([]);
  expect(await piecesOf({ ...tokens, divergences: [1, "x"] })).toEqual([]);
  expect(await piecesOf({ ...tokens, pieces: ["a", 2] })).toEqual([]);
  expect(await piecesOf({ pieces: "ab", divergences: [1, 2] })).toEqual([]);
  const many = await piecesOf({ pieces: Array(3000).fill("ab"), divergences: Array(3000).fill(1) });
  expect(many).toHaveLength(2001);
  expect(many.at(-1)).toEqual({ text: "…", divergence: 0 });
});

test("lines are as long as what was inspected of many tokens makes them, up to 16 MiB", async () => {
  const lineOf = (step: number, bytes: number) => ({ step, completion: "a", ...tokens, top: "b".repeat(bytes) });
  expect(await steps([lineOf(1, 2 ** 23), lineOf(2, 2 ** 24)])).toEqual([1]);
});

test("a completion is the same again after it was written, but for nats of three digits", async () => {
  const line = { prompt: "p", completion: "a", reference: "r", source: "student", finish: "length", tokens: 2, reward: 1, advantage: 0.5 };
  const [[shown]] = (await read([{ step: 3, ...line, ...tokens, divergences: [0.123456, 0] }])) as [[ReturnType<typeof completionOf>]];
  const written = JSON.parse(JSON.stringify(lineOf(shown))) as Parameters<typeof completionOf>[0];
  expect(written).toEqual({ step: 3, ...line, pieces: ["a", ""], divergences: [0.123, 0] });
  expect(completionOf(written, 3)).toEqual({ ...shown, pieces: [{ text: "a", divergence: 0.123 }, shown.pieces[1]] });
  const odd = { ...shown, reward: NaN, advantage: undefined, cut: false, pieces: [{ text: "a", divergence: Infinity }] };
  expect(completionOf(JSON.parse(JSON.stringify(lineOf(odd))) as typeof written, 3)).toEqual(odd);
  expect(Object.keys(lineOf({ ...odd, pieces: [] }))).not.toContain("pieces");
});
