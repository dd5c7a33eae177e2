/** Tests of trials as processes of this machine. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { local } from "../../../src/sweeps/executors/local.ts";
import { tinySweep } from "../../fixtures/tiny-sweep.ts";
import { executorLaws } from "../../laws/executor.laws.ts";

executorLaws("local", () => local(2));

test("one process does one trial after another, each with the bytes that it has in a process of its own", async () => {
  const grid = { axes: { "/seed": [0, 1], "/objective/alpha": [0.2, 0.8] } };
  const [together, apart] = [await tinySweep(grid), await tinySweep(grid)];
  const work = await together.work();
  const count = join(together.root, "processes");
  const counting = ["sh", "-c", 'echo one >> "$0"; exec "$@"', count, ...work.command];
  await local(1).run({ ...work, command: counting });
  expect(readFileSync(count, "utf8")).toBe("one\n");
  const { trials, command, folder } = await apart.work();
  for (const { id } of trials) execFileSync(command[0]!, [...command.slice(1), "trial", folder, id]);
  expect(await together.results()).toEqual(await apart.results());
  for (const sweep of [together, apart]) sweep.remove();
});

test("two drivers at once do no trial twice", async () => {
  const sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } });
  const work = await sweep.work();
  await Promise.all([local(1).run(work), local(1).run({ ...work, trials: work.trials.toReversed() })]);
  expect(await sweep.attempts()).toEqual(Array(3).fill(["done", 1]));
  sweep.remove();
});
