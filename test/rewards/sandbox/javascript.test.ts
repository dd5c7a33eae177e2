/** What JavaScript of ill intent tries, each refused within its limits, with the next honest program scored right. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJavaScript } from "../../../src/rewards/sandbox/javascript.ts";
import { Sandbox } from "../../../src/rewards/sandbox/sandbox.ts";
import type { Verdict } from "../../../src/rewards/sandbox/cell.ts";

const { signal } = new AbortController();
const sandbox = new Sandbox(openJavaScript, { time: 2000, memory: 64 });
beforeAll(() => sandbox.prepare());
afterAll(() => sandbox.close());

const run = (code: string, check = ""): Promise<Verdict> => sandbox.run({ code, test: check }, signal);

/** Right and wrong programs are still told apart. */
const honest = async (): Promise<void> => {
  const check =
    "assert.deepEqual([3, 1, 2].sort().map((x) => add(x, 1)), [2, 3, 4]); assert.equal(JSON.stringify({ a: [1] }), '{\"a\":[1]}')";
  expect(await run("const add = (a, b) => a + b;", check)).toEqual({ passed: true });
  expect((await run("const add = (a, b) => a - b;", check)).passed).toBe(false);
};

describe("nothing of the host is there", () => {
  test.each([
    "process",
    "require('fs')",
    "require('node:child_process')",
    "require('net')",
    "fetch('http://127.0.0.1')",
    "new WebSocket('ws://127.0.0.1')",
    "new XMLHttpRequest()",
    "setTimeout(() => {}, 1)",
    "new Worker('data:text/javascript,')",
    "new SharedArrayBuffer(8) && Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 1e9)",
    "WebAssembly.Module",
    "await import('fs')",
    "await import('node:fs')",
    "await import('data:text/javascript,export default 1')",
    "(await import('std')).exit(0)",
    "(await import('os')).exec(['id'])",
    "std.loadFile('package.json')",
    "os.exec(['id'])",
    "Deno.readFileSync('package.json')",
    "module.constructor._load('fs')",
    "this.constructor.constructor('return process')().exit(0)",
    "console.log.constructor('return process')().exit(0)",
    "require.constructor('return process')().mainModule.require('child_process').execSync('id')",
    "assert.constructor.constructor('return globalThis.process.env')().PATH.length",
    "(async () => {}).constructor('return process')().then((p) => p.exit(0)); await (async () => {}).constructor('return process')()",
    "Object.getPrototypeOf(function* () {}).constructor('yield process')().next()",
    "new Proxy(console, {}).log.constructor('return process')().kill(1)",
    "Error.prepareStackTrace = (_, sites) => sites; new Error().stack[0].getThis().process.exit(0)",
    "(() => { try { (function f() { f(); })(); } catch (error) { error.constructor.constructor('return process')().exit(0); } })()",
  ])("%s", async (attempt) => {
    const verdict = await run("", attempt);
    expect(verdict.passed).toBe(false);
    expect(verdict.reason).toMatch(/Error/);
  });

  test("and the globals are those of the language and of the prelude", async () => {
    const { reason } = await run(
      "",
      "throw new Error(Object.getOwnPropertyNames(globalThis).filter((name) => !/^[A-Z]/.test(name)).sort().join())",
    );
    expect(reason).toBe(
      "Error: assert,console,decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,escape,eval,exports,globalThis,isFinite,isNaN,module," +
        "parseFloat,parseInt,require,undefined,unescape",
    );
  });
});

describe("resources", () => {
  test.each([
    ["an endless loop", "for (;;);", /took longer than 2000 ms/],
    ["one that catches", "for (;;) { try { for (;;); } catch {} finally { continue; } }", /took longer/],
    [
      "endless promises",
      "const spin = () => Promise.resolve().then(spin); await spin();",
      /took longer|out of memory|waits for what never happens/,
    ],
    ["an endless generator", "const list = [...(function* () { for (;;) yield; })()];", /took longer|out of memory/],
    ["an expression that explodes", "/^(a+)+$/.test('a'.repeat(50) + 'b');", /took longer/],
    ["a replacement that explodes", "('a'.repeat(30) + '!').replace(/(a|a)*$/, 'b');", /took longer/],
    ["a sort without end", "Array.from({ length: 1e4 }, (_, i) => i).sort(() => { for (;;); });", /took longer/],
    ["deep values, serialized", "let a = []; for (let i = 0; i < 1e5; i += 1) a = [a]; JSON.stringify(a);", /stack overflow|took longer/],
    ["large numbers", "let n = 7n; for (;;) n = n * n;", /too large|out of memory|took longer/],
    ["arrays", "const list = []; for (;;) list.push(new Array(1e5).fill(1));", /out of memory|took longer/],
    ["buffers", "const list = []; for (;;) list.push(new ArrayBuffer(2 ** 22));", /out of memory/],
    ["one large buffer", "new Uint8Array(2 ** 31 - 1);", /out of memory|invalid/],
    ["text that doubles", "let text = 'a'; for (;;) text += text;", /out of memory|too long|invalid string length/],
    ["huge output", "for (;;) console.log('a'.repeat(1e6));", /took longer/],
    ["a huge error", "throw new Error('a'.repeat(2e7));", /^Error: a{100}/],
    ["calls without end", "function deeper() { return deeper() + 1; } deeper();", /stack overflow/],
    ["text without end", "const o = { toString() { return '' + this; } }; '' + o;", /stack overflow/],
    ["deep brackets", "eval('['.repeat(1e6));", /stack overflow/],
    ["deep JSON", "JSON.parse('['.repeat(1e6));", /stack overflow/],
    ["a deep expression", "new RegExp('(?:'.repeat(1e6));", /stack overflow|out of memory/],
    ["proxies of proxies", "let p = {}; for (let i = 0; i < 1e5; i += 1) p = new Proxy(p, {}); p.x;", /stack overflow/],
    ["a getter of itself", "const o = { get a() { return this.a; } }; o.a;", /stack overflow/],
  ])("%s", async (_, code, reason) => {
    const verdict = await run("", code);
    expect(verdict.passed).toBe(false);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.reason!.length).toBeLessThanOrEqual(200);
    await honest();
  });
});

describe("what crosses between program and test", () => {
  test.each([
    ["class A {} const f = () => new A();", "try { f() == 1; } catch {}", "expected plain data, got an object of the program's class A"],
    [
      "class A {} const f = () => new A();",
      "try { Object.keys(f()); } catch {}",
      "expected plain data, got an object of the program's class A",
    ],
    [
      "const f = () => { const a = []; a.push(a); return a; };",
      "try { f(); } catch {}",
      "no plain data: expected values in at most 200 others",
    ],
    ["const f = () => 'a'.repeat(1e7);", "f()", "no plain data: expected at most 4194304 characters of arguments or results, got 10000"],
    ["const f = () => {};", "f('a'.repeat(1e7))", "expected at most 4194304 characters"],
    [
      "const f = () => {};",
      "f(new (class A {})())",
      "expected plain data or functions as arguments of the program, got an object of a class",
    ],
    ["const f = () => Symbol('a');", "f()", "no plain data: expected plain data, got a symbol"],
    ["const f = () => Array.from({ length: 1e5 }, () => () => 1);", "f()", "expected at most 65536 objects of the program in a test"],
    ["const f = (g) => { try { g(0); } catch {} };", "f((x) => assert.equal(x, 1, 'heard'))", "AssertionError: heard"],
  ])("%s; %s is told", async (code, check, reason) => {
    const verdict = await run(code, check);
    expect(verdict.passed).toBe(false);
    expect(verdict.reason).toContain(reason);
  });
});

describe("what a program changes, the next does not see", () => {
  test.each([
    "Object.prototype.polluted = true; Array.prototype.push = () => {};",
    "Array.prototype.sort = Array.prototype.map = () => [2, 3, 4];",
    "globalThis.JSON = { stringify: () => '' };",
    "Object.freeze(globalThis); Object.freeze(Object.prototype);",
    "for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name]; } catch {} }",
  ])("%s", async (code) => {
    await run(code);
    await honest();
    expect(await run("", "assert.equal({}.polluted, undefined)")).toEqual({ passed: true });
  });
});

test("a program that hears nothing is ended with its thread, and the next has another", async () => {
  // Text is searched without reading the clock.
  const deaf = "'a'.repeat(1e6).indexOf('a'.repeat(5e5) + 'b');";
  expect(await run(deaf)).toEqual({ passed: false, reason: "took longer than 2000 ms and was ended" });
  await honest();
});
