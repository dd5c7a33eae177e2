/** The laws of a baseline of the user's. */
import type { Baseline } from "../objectives/baselines/baseline.ts";
import { noise } from "./demand-gradient.ts";
import { demand, demandFinite, tryLaw, type LawResult } from "./law.ts";

const group = 4;

/** The laws of every baseline. */
export const checkBaseline = (baseline: Baseline<unknown>): Promise<readonly LawResult[]> => {
  const rewards = noise("rewards", 3 * group);
  const estimate = (state = baseline.initial) => baseline.estimate(rewards.slice(), group, state);
  return Promise.all([
    tryLaw("it gives a finite number for each reward", () => {
      const { baselines } = estimate();
      demand(baselines instanceof Float32Array, () => "expected a Float32Array");
      demand(baselines.length === rewards.length, () => `expected ${rewards.length} values, got ${baselines.length}`);
      demandFinite("the baselines", baselines);
    }),
    tryLaw("the same rewards and the same state give the same", () => {
      const [first, second] = [estimate(), estimate()];
      demand(
        JSON.stringify([[...first.baselines], first.state]) === JSON.stringify([[...second.baselines], second.state]),
        () => "expected the same twice, got something else; keep what changes in the state",
      );
    }),
    tryLaw("its state is plain data, as a checkpoint holds it", () => {
      const { state } = estimate();
      const copy: unknown = JSON.parse(JSON.stringify(state ?? null));
      const [there, back] = [estimate(state), estimate(copy)];
      demand(
        JSON.stringify([...there.baselines]) === JSON.stringify([...back.baselines]),
        () => "expected the same from a state that was written to JSON and read again, got something else",
      );
    }),
    tryLaw("the rewards are left as they are", () => {
      const given = rewards.slice();
      baseline.estimate(given, group, baseline.initial);
      demand(given.join() === rewards.join(), () => "expected the rewards unchanged, got others");
    }),
  ]);
};
