/** Tests of what Slurm's queue says; its commands are used in slurm.test.ts. */
import { expect, test } from "vitest";
import { slurmCommand, taskStates } from "../../../src/sweeps/executors/slurm-queue.ts";

test("the states of an array's tasks are those that squeue names, and other lines are left out", () => {
  const lines = "12 1 PENDING\n12 10 COMPLETING\n 12 2 RUNNING \n13 0 CANCELLED\n13 1 NODE_FAIL\n14 N/A RUNNING\n\nslurm: note";
  expect([...taskStates(lines)].map(([array, tasks]) => [array, [...tasks]])).toEqual([
    [
      "12",
      [
        [1, "waiting"],
        [10, "running"],
        [2, "running"],
      ],
    ],
    [
      "13",
      [
        [0, "cancelled"],
        [1, "ended"],
      ],
    ],
  ]);
});

test("a command that fails says what it said", async () => {
  await expect(slurmCommand("bash", ["-c", "echo no such array >&2; exit 3"])).rejects.toThrow("no such array");
});
