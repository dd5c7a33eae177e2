/** Streams at the same time that go to the same scorers. */
import { lastValueFrom, toArray } from "rxjs";
import { expect, test } from "vitest";
import { CallLimits } from "../../../src/rollouts/scoring/call-limits.ts";
import { route } from "../../../src/rollouts/scoring/router.ts";
import type { Scorer } from "../../../src/rollouts/scoring/scorer.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { chunksOf, rolloutGrid } from "../../fixtures/rollouts.ts";
import { scorer, turn } from "../../fixtures/scorers.ts";

const total = ({ tokens }: Rollout): number => tokens.reduce((sum, token) => sum + token, 0);

test("limits hold for all streams that share them, and one that fails gives back what it held", async () => {
  const broken = scorer<number>(1, 1, async () => {
    await turn();
    throw new Error("broken");
  });
  let [now, most] = [0, 0];
  const slow = scorer(1, 1, async (rollouts) => {
    now += 1;
    most = Math.max(most, now);
    await turn();
    now -= 1;
    return rollouts.map(total);
  });
  const limits = new CallLimits({ reward: { concurrency: 1 } });
  const options = { inFlight: 2, limits };
  const through = (reward: Scorer<number>) => lastValueFrom(route(chunksOf(rolloutGrid(3, 2), 2), { reward }, options).pipe(toArray()));
  const [failed, ...whole] = await Promise.allSettled([through(broken), through(slow), through(slow)]);
  expect(failed).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("broken") as string } });
  for (const each of whole) expect(each).toMatchObject({ status: "fulfilled", value: { length: 6 } });
  expect(most).toBe(1);
  const other = route(chunksOf(rolloutGrid(1, 1), 1), { teacher: slow }, options);
  await expect(lastValueFrom(other)).rejects.toThrow('call limits: expected one of reward, got "teacher"');
});
