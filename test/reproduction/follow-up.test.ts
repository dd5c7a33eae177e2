/** Tests of follow-ups: which figures are ones, that they ask the same question, and when their look counts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readExperiment } from "../../src/experiments/file/extended-source.ts";
import { figuresOf, type Figure } from "../../src/reproduction/figures.ts";
import { firstLook, followedFigure, isLastLook } from "../../src/reproduction/follow-up.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-follow-up-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const figures = figuresOf("small");
const figure = (name: string): Figure => figures.find((one) => one.name === name)!;
type Said = Readonly<Record<string, unknown>>;
const claimsOf = (name: string): readonly Said[] =>
  (readExperiment(figure(name).path).value as { readonly claims: readonly Said[] }).claims;

test("follow-ups have the last look at claims of figures that the paper has, and the others begin with the first", () => {
  const followed = figures.flatMap((one) => {
    const found = followedFigure(one, "small")?.name;
    expect(firstLook(one, "small"), one.name).toBe(found === undefined ? 1 : 5);
    return found === undefined ? [] : [[one.name, found]];
  });
  expect(followed).toEqual([
    ["B.20", "8"],
    ["B.21", "6"],
    ["B.22", "2"],
    ["B.23", "4"],
    ["B.24", "A.15"],
    ["B.25", "9"],
  ]);
});

test("a follow-up trains on what its figure trains on, and is measured by more", () => {
  for (const one of figures) {
    const followed = followedFigure(one, "small");
    if (followed === undefined) continue;
    const [own, theirs] = [one, followed].map(({ path }) => readExperiment(path).value as Said) as [Said, Said];
    const task = own["task"] as Said;
    expect(task["furtherTest"], one.name).toBeGreaterThan(0);
    expect({ ...task, furtherTest: undefined }).toEqual({ ...(theirs["task"] as Said), furtherTest: undefined });
    for (const part of ["stages", "student", "teacher", "objective", "data", "training", "rollouts", "rewards"])
      expect(own[part], `${one.name} ${part}`).toEqual(theirs[part]);
  }
});

const follow = (...changed: readonly Said[]): (() => unknown) => {
  const path = join(folder, "figure-b99.json");
  const [first] = claimsOf("B.20");
  const claims = changed.map((change) => ({ ...first, ...change }));
  writeFileSync(path, JSON.stringify({ extends: figure("B.20").path, claims }));
  return () => followedFigure({ name: "B.99", path }, "small")?.name;
};

test("what is not the same claim word for word decides nothing", () => {
  expect(follow({})()).toBe("8");
  expect(follow({ explains: ["9/order-of-methods"] })()).toBe("8");
  expect(follow({ least: 0.02 })).toThrow(/expected claim "on-policy-above-mixed" to be 8\/on-policy-above-mixed word for word/u);
  expect(follow({ statement: "Another." })).toThrow(/copy it from .*figure-8\.json/u);
  expect(follow({ decides: "8/flat-below-a-quarter" })).toThrow(/to be 8\/flat-below-a-quarter word for word/u);
});

test("a follow-up is of one figure, with all of its claims", () => {
  expect(follow({}, { id: "other", decides: undefined })).toThrow(
    "expected all claims to decide claims of one figure, got those of 8 and none",
  );
  expect(follow({}, { id: "other", decides: "9/order-of-methods" })).toThrow("got those of 8 and 9");
  expect(follow({ decides: "99/unknown" })).toThrow("got those of 99");
});

const looked = (seeds: number, looks: number | undefined = 5, planned = seeds) => ({
  planned,
  ...(looks === undefined ? {} : { looks }),
  trials: Array.from({ length: seeds }, (_, seed) => ({ run: "a", id: "", label: "", axes: { "/seed": seed }, initial: {}, final: {} })),
});

test("its look counts as the last, where that is left", () => {
  expect(isLastLook(looked(12), looked(20))).toBe(true);
  expect(isLastLook(looked(3), looked(20))).toBe(true);
  // The figure has had all looks itself.
  expect(isLastLook(looked(20), looked(20))).toBe(false);
  // Its seeds were not chosen by looks: its intervals have spent all error.
  expect(isLastLook({ planned: 3, trials: looked(3).trials }, looked(20))).toBe(false);
  expect(isLastLook(looked(12), { planned: 20, trials: looked(20).trials })).toBe(false);
  // Another look, and one that is not whole.
  expect(isLastLook(looked(12), looked(12))).toBe(false);
  expect(isLastLook(looked(12), looked(20, 5, 21))).toBe(false);
});
