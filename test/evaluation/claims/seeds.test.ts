/** Tests of which pointers are seeds. */
import { expect, test } from "vitest";
import { isSeed } from "../../../src/evaluation/claims/seeds.ts";

test("the run's, the task's and those of stages; no value that is named so elsewhere", () => {
  const seeds = ["/seed", "/taskSeed", "/task/seed", "/stages/sft/seed", "/stages/a~1b/task/seed"];
  const others = ["/rewards/0/seed", "/stages/seed", "/stages/sft/rewards/0/seed", "/objective/seed", "/seeds", "seed", "/task/seed/0"];
  expect([...seeds, ...others].filter(isSeed)).toEqual(seeds);
});
