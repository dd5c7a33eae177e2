/** Tests of the error of a run that somebody else works on. */
import { expect, test } from "vitest";
import { LockedError } from "../../../src/runs/folder/locked-error.ts";

test("says who works on it, and what to do", () => {
  const holder = { attempt: 2, host: "node7", pid: 12, boot: "b", namespace: "n", started: "s" };
  const error = new LockedError("runs/a", holder);
  expect(error.message).toBe("runs/a: process 12 on node7 works on this run; wait for it, or give another --out");
  expect(error.holder).toBe(holder);
});
