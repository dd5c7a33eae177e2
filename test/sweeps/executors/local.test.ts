/** Tests of trials as processes of this machine. */
import { expect, test } from "vitest";
import { local } from "../../../src/sweeps/executors/local.ts";
import { tinySweep } from "../../fixtures/tiny-sweep.ts";
import { executorLaws } from "../../laws/executor.laws.ts";

executorLaws("local", () => local(2));

test("two drivers at once do no trial twice", async () => {
  const sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } });
  const work = await sweep.work();
  await Promise.all([local(1).run(work), local(1).run({ ...work, trials: work.trials.toReversed() })]);
  expect(await sweep.attempts()).toEqual(Array(3).fill(["done", 1]));
  sweep.remove();
});
