/** Tests of what ends a cell and what opens another, with cells of JavaScript. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Cell, Limits, OpenCell } from "../../../src/rewards/sandbox/cell.ts";
import { openJavaScript } from "../../../src/rewards/sandbox/javascript.ts";
import { Sandbox } from "../../../src/rewards/sandbox/sandbox.ts";

const opened: Cell[] = [];
const counted: OpenCell = async (limits) => {
  const cell = await openJavaScript(limits);
  opened.push(cell);
  return cell;
};
const limits: Limits = { time: 1000, memory: 64 };
const trial = { code: "let a = 1;", test: "assert.equal(a, 1)" };
const endless = { code: "for (;;);", test: "" };
/** Hears no request to stop. */
const deaf = { code: "'a'.repeat(1e6).indexOf('a'.repeat(5e5) + 'b');", test: "" };
const { signal } = new AbortController();

afterEach(async () => {
  await Promise.all(opened.splice(0).map((cell) => cell.end()));
});

test("one cell serves many trials", async () => {
  const sandbox = new Sandbox(counted, limits);
  await sandbox.prepare();
  for (let k = 0; k < 5; k += 1) expect(await sandbox.run(trial, signal)).toEqual({ passed: true });
  expect(opened).toHaveLength(1);
  await sandbox.close();
  expect(opened[0]!.alive).toBe(false);
});

test("a cell is opened again after a program that hears nothing, after it has ended, and after it was closed", async () => {
  const sandbox = new Sandbox(counted, limits);
  expect(await sandbox.run(deaf, signal)).toEqual({ passed: false, reason: "took longer than 1000 ms and was ended" });
  expect(await sandbox.run(trial, signal)).toEqual({ passed: true });
  expect(opened.map(({ alive }) => alive)).toEqual([false, true]);
  await opened[1]!.end();
  expect(await sandbox.run(trial, signal)).toEqual({ passed: true });
  await sandbox.close();
  await sandbox.close();
  expect(await sandbox.run(trial, signal)).toEqual({ passed: true });
  expect(opened.map(({ alive }) => alive)).toEqual([false, false, false, true]);
});

test("a program whose cell is ended by another hand has failed", async () => {
  const sandbox = new Sandbox(counted, { ...limits, time: 600_000 });
  await sandbox.prepare();
  const verdict = sandbox.run(endless, signal);
  await sleep(50);
  await opened[0]!.end();
  expect(await verdict).toEqual({ passed: false, reason: "brought its sandbox down: Error: worker JavaScript sandbox was closed" });
});

test("an aborted signal ends the cell and rejects with its reason", async () => {
  const sandbox = new Sandbox(counted, { ...limits, time: 600_000 });
  await sandbox.prepare();
  const stop = new AbortController();
  const verdict = sandbox.run(endless, stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(verdict).rejects.toThrow("enough");
  expect(opened[0]!.alive).toBe(false);
  await expect(sandbox.run(trial, stop.signal)).rejects.toThrow("enough");
  expect(opened).toHaveLength(1);
});

test("what keeps a cell from opening is thrown, and the next trial tries again", async () => {
  let broken = true;
  const sandbox = new Sandbox((within) => {
    if (broken) throw new Error("no interpreter");
    return counted(within);
  }, limits);
  await expect(sandbox.prepare()).rejects.toThrow("no interpreter");
  await expect(sandbox.run(trial, signal)).rejects.toThrow("no interpreter");
  broken = false;
  expect(await sandbox.run(trial, signal)).toEqual({ passed: true });
});

test("too little memory for the interpreter is said when it is opened", async () => {
  await expect(new Sandbox(openJavaScript, { time: 1000, memory: 8 }).prepare()).rejects.toThrow(RangeError);
  await expect(new Sandbox(openJavaScript, { time: 1000, memory: 8 }).prepare()).rejects.toThrow(
    "JavaScript sandbox: expected at least 16 MiB of memory, got 8",
  );
});
