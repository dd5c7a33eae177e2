/** Tests of what JavaScript programs find beside the language, in the interpreter that runs them. */
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/rewards/sandbox/cell.ts";
import { QuickJs } from "../../../src/rewards/sandbox/quickjs.ts";

const quickJs = new QuickJs();
const run = (code: string, check = ""): Promise<Verdict> => quickJs.run({ code, test: check }, { time: 30_000, memory: 64 });

describe("deepEqual", () => {
  test.each([
    ["1", "1"],
    ["NaN", "NaN"],
    ["0", "-0"],
    ["[1, [2, { a: [] }]]", "[1, [2, { a: [] }]]"],
    ["{ a: 1, b: { c: null } }", "{ b: { c: null }, a: 1 }"],
    ["new Map([[[1], 2], [[3], 4]])", "new Map([[[3], 4], [[1], 2]])"],
    ["new Set([[1], [1], 2])", "new Set([2, [1], [1]])"],
    ["new Date(5)", "new Date(5)"],
    ["/a/g", "/a/g"],
    ["new Uint8Array([1, 2])", "new Uint8Array([1, 2])"],
    ["[undefined]", "[undefined]"],
    ["Object.create(null)", "Object.create(null)"],
  ])("%s is %s", async (a, b) => {
    expect(await run("", `assert.deepEqual(${a}, ${b})`)).toEqual({ passed: true });
    expect(await run("", `assert.notDeepEqual(${a}, ${b})`)).toMatchObject({ passed: false });
  });

  test.each([
    ["1", "'1'"],
    ["[1, 2]", "[1]"],
    ["[1]", "[1, 2]"],
    ["[1]", "{ 0: 1 }"],
    ["{ a: 1 }", "{ a: 1, b: undefined }"],
    ["{ a: undefined }", "{ b: undefined }"],
    ["null", "{}"],
    ["[undefined]", "[,]"],
    ["new Map([[1, 2]])", "new Map([[1, 3]])"],
    ["new Set([[1], 2])", "new Set([2, 2, [1], [1]])"],
    ["new Date(5)", "new Date(6)"],
    ["/a/g", "/a/i"],
    ["new Uint8Array([1, 2])", "new Uint8Array([1, 3])"],
    ["new (class A {})()", "{}"],
    ["() => 1", "() => 1"],
  ])("%s is not %s", async (a, b) => {
    expect(await run("", `assert.deepEqual(${a}, ${b})`)).toMatchObject({ passed: false });
    expect(await run("", `assert.notDeepEqual(${a}, ${b})`)).toEqual({ passed: true });
  });

  test("ends on circles", async () => {
    expect(await run("", "const a = []; a.push(a); const b = []; b.push(b); assert.deepEqual(a, b)")).toMatchObject({ passed: false });
    expect(await run("", "const a = []; a.push(a); assert.deepEqual(a, a)")).toEqual({ passed: true });
  });
});

test.each([
  "assert(1)",
  "assert.ok('x')",
  "assert.equal(NaN, NaN)",
  "assert.strictEqual(2, 2)",
  "assert.notEqual([], [])",
  "assert.throws(() => missing)",
  "assert.throws(() => { throw new TypeError('wrong kind'); }, TypeError)",
  "assert.throws(() => { throw new TypeError('wrong kind'); }, /wrong/)",
  "const assert2 = require('node:assert'); assert2.strict.deepStrictEqual([1], [1])",
  "assert(require('assert') === assert)",
  "console.log('heard by nobody')",
  "module.exports = 1; exports.a = 2",
])("passes: %s", async (check) => {
  expect(await run("", check)).toEqual({ passed: true });
});

test.each([
  ["assert(0)", "AssertionError: expected a true value"],
  ["assert(false, 'because')", "because"],
  ["assert(false, new RangeError('mine'))", "RangeError: mine"],
  ["assert.equal(1, '1')", "expected equal values"],
  ["assert.equal([1], [1])", "expected equal values"],
  ["assert.notEqual(1, 1)", "expected different values"],
  ["assert.throws(() => 1)", "expected an error"],
  ["assert.throws(() => missing, TypeError)", "ReferenceError"],
  ["assert.throws(() => missing, /other/)", "ReferenceError"],
  ["require('fs')", "expected a program without modules, got require(fs)"],
])("does not pass: %s", async (check, reason) => {
  const { passed, reason: given } = await run("", check);
  expect(passed).toBe(false);
  expect(given).toContain(reason);
});

describe("a program that would pass whatever it gives", () => {
  const wrong = "const value = () => [3];";
  test.each([
    "assert.deepEqual = () => {};",
    "assert = Object.assign(() => {}, { deepEqual() {} });",
    "var assert = { deepEqual() {} };",
    "require('assert').deepEqual = () => {};",
    "globalThis.assert = { deepEqual() {} };",
    "Object.is = () => true; Array.isArray = () => true;",
    "Reflect.ownKeys = () => []; Reflect.apply = () => 0; Reflect.getOwnPropertyDescriptor = () => undefined;",
    "Object.defineProperty(Array.prototype, '0', { set() {}, get: () => 1, configurable: true });",
    "Array.prototype[Symbol.iterator] = function* () {};",
    "Promise.prototype.then = () => {}; Promise = undefined;",
    "Error.prototype.constructor = () => {}; globalThis.Error = function () {};",
    "Function.prototype.call = Function.prototype.apply = () => true;",
  ])("%s", async (trick) => {
    const { passed } = await run(`${trick}\n${wrong}`, "assert.deepEqual(value(), [4])");
    expect(passed).toBe(false);
  });
});

test("random numbers are the same in each run", async () => {
  const check =
    "const a = [Math.random(), Math.random()]; assert(a[0] !== a[1] && a.every((x) => x >= 0 && x < 1)); throw new Error(a.join());";
  const [first, second] = [await run("", check), await run("", check)];
  expect(first.reason).toMatch(/^Error: 0\.\d+,0\.\d+/);
  expect(second).toEqual(first);
});
