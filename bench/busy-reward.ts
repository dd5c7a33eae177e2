/** A reward that keeps its thread busy, for bench/overlap.ts. */
import type { RewardFunction } from "../src/rewards/own/reward-function.ts";

/** Computes for `microseconds`, and gives 1. */
const busy: RewardFunction = (_example, { parameters: { microseconds } }) => {
  const end = performance.now() + Number(microseconds) / 1000;
  while (performance.now() < end);
  return 1;
};

export default busy;
