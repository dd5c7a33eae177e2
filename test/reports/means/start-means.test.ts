/** Tests of where students started from. */
import { expect, test } from "vitest";
import { startOf } from "../../../src/reports/means/start-means.ts";

const trial = (alpha: number, seed: number, initial: Record<string, number>) => ({
  run: "trial",
  axes: { "/alpha": alpha, "/seed": seed },
  initial,
  final: {},
});

test("a mean over seeds of what all settings have in common, and of nothing else", () => {
  const trials = [
    trial(0, 0, { accuracy: 0.25, reward: 1, loss: NaN }),
    trial(0, 1, { accuracy: 0.75, reward: 2, loss: 3 }),
    trial(1, 0, { accuracy: 0.25, reward: 1.5 }),
  ];
  expect([...startOf(trials, ["accuracy", "reward", "loss", "none"])]).toEqual([
    ["accuracy", 1.25 / 3],
    ["loss", 3],
  ]);
});
