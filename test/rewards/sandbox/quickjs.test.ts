/** Tests of JavaScript in QuickJS, in this thread: what a thread of its own adds is in javascript.test.ts. */
import { expect, test } from "vitest";
import type { Verdict } from "../../../src/rewards/sandbox/cell.ts";
import { QuickJs } from "../../../src/rewards/sandbox/quickjs.ts";

const quickJs = new QuickJs();
const run = (code: string, check = "", limits: { time?: number; memory?: number } = {}): Promise<Verdict> =>
  quickJs.run({ code, test: check }, { time: 30_000, memory: 64, ...limits });

const add = "function add(a, b) { return a + b; }";

test.each([
  [add, "assert.equal(add(1, 2), 3)"],
  ["const add = (a, b) => a + b; class Adder {}", "assert.equal(add(1, 2), 3); assert(new Adder())"],
  ["async function later(a) { await null; return a; }", "assert.equal(await later(4), 4)"],
  [
    "const later = (a) => new Promise((resolve) => Promise.resolve().then(() => resolve(a)));",
    "return later(1).then((a) => assert(a === 1))",
  ],
  ["const unused = Promise.reject(new Error('nobody waits'));", ""],
  ["", ""],
])("passes: %s; %s", async (code, check) => {
  expect(await run(code, check)).toEqual({ passed: true });
});

test.each([
  [add, "assert.equal(add(1, 2), 4)", "AssertionError: expected equal values"],
  ["function add(a, b) {", "", "SyntaxError"],
  ["throw new TypeError('early')", "", "TypeError: early"],
  ["throw 7", "", "7"],
  ["", "add(1, 2)", "ReferenceError: 'add' is not defined"],
  ["", "assert.equal(", "SyntaxError"],
  ["const later = async () => { throw new RangeError('late'); };", "await later()", "RangeError: late"],
  ["", "await new Promise(() => {})", "waits for what never happens"],
  ["const later = () => ({ then() {} });", "await later()", "waits for what never happens"],
])("does not pass: %s; %s", async (code, check, reason) => {
  const verdict = await run(code, check);
  expect(verdict.passed).toBe(false);
  expect(verdict.reason).toContain(reason);
});

test("an endless loop stops at its time, in code, in test and in what they left to be done", async () => {
  const late = { passed: false, reason: "took longer than 50 ms" };
  expect(await run("for (;;);", "", { time: 50 })).toEqual(late);
  expect(await run("", "for (;;) { try { for (;;); } catch {} }", { time: 50 })).toEqual(late);
  expect(await run("const spin = () => Promise.resolve().then(spin);", "await spin()", { time: 50 })).toEqual(late);
  expect(await run("Promise.resolve().then(() => { for (;;); })", "", { time: 50 })).toEqual(late);
});

test("memory ends at its limit, and more of it lets the same program pass", async () => {
  const code = "const list = []; for (let i = 0; i < 40; i += 1) list.push(new Uint8Array(2 ** 20));";
  expect(await run(code, "", { memory: 32 })).toMatchObject({ passed: false, reason: "InternalError: out of memory" });
  expect(await run(code, "", { memory: 96 })).toEqual({ passed: true });
});

test("calls without end are an error, of the program or of the interpreter", async () => {
  const { passed, reason } = await run("function deeper() { return deeper() + 1; } deeper();");
  expect(passed).toBe(false);
  expect(reason).toMatch(/stack/);
  expect(await run(add, "assert.equal(add(1, 2), 3)")).toEqual({ passed: true });
});

test("a run leaves nothing for the next, whatever it changed", async () => {
  const spoil = `Array.prototype.map = () => [9]; Object.prototype.a = 1; globalThis.left = 2; Math.max = () => 7; JSON.parse = eval;
    Object.defineProperty(Object.prototype, "toString", { get() { throw 1; } }); Promise.prototype.then = null;`;
  expect(await run(spoil)).toEqual({ passed: true });
  const check = `assert.deepEqual([1].map((x) => x + 1), [2]); assert.equal(({}).a, undefined); assert.equal(typeof left, "undefined");
    assert.equal(Math.max(1, 2), 2); assert.deepEqual(JSON.parse("[1]"), [1]); assert.equal(String({}), "[object Object]");`;
  expect(await run("", check)).toEqual({ passed: true });
});
