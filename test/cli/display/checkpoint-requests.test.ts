/** Tests of the signal that asks for a checkpoint. */
import { expect, test } from "vitest";
import { withCheckpointRequests } from "../../../src/cli/display/checkpoint-requests.ts";

test("SIGUSR2 asks once each time, is told to the person, and is nothing to the process afterwards", async () => {
  const notes: string[] = [];
  const listening = process.listenerCount("SIGUSR2");
  await withCheckpointRequests({ note: (text) => notes.push(text) }, async (asked) => {
    expect(asked()).toBe(false);
    process.kill(process.pid, "SIGUSR2");
    await expect.poll(() => notes.length).toBe(1);
    expect([asked(), asked()]).toEqual([true, false]);
  });
  expect(notes).toEqual(["SIGUSR2: a checkpoint follows this step"]);
  expect(process.listenerCount("SIGUSR2")).toBe(listening);
});
