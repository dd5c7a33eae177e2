/** Tests of which trial stands for a setting. */
import { expect, test } from "vitest";
import type { Trial } from "../../src/evaluation/claims/trial.ts";
import { firstSeeds } from "../../src/reproduction/first-seeds.ts";

const trial = (run: string, axes: Trial["axes"]): Trial => ({ run, axes, initial: {}, final: {} });

test("of each setting it is that of the lowest seed, wherever it is in the list", () => {
  const trials = [
    trial("a", { "/seed": 10, "/objective/alpha": 0 }),
    trial("a", { "/seed": 9, "/objective/alpha": 0 }),
    trial("a", { "/seed": 3, "/objective/alpha": 1 }),
    trial("b", { "/seed": 4, "/objective/alpha": 1 }),
    trial("c", {}),
  ];
  expect(firstSeeds(trials)).toEqual([trials[1], trials[2], trials[3], trials[4]]);
});

test("several seeds are compared one after another", () => {
  const trials = [
    trial("a", { "/task/seed": 0, "/seed": 2 }),
    trial("a", { "/task/seed": 5, "/seed": 1 }),
    trial("a", { "/task/seed": 4, "/seed": 1 }),
  ];
  expect(firstSeeds(trials)).toEqual([trials[2]]);
});
