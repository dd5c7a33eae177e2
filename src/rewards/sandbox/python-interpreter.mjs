/**
 * Runs Python in Pyodide, in realms that reach nothing: one for each program, started from an image of an interpreter's
 * memory, and one for the tests, the judge, in which no program ever runs. Texts are all that goes from the one to the
 * other.
 */
// @ts-check
import { performance } from "node:perf_hooks";
import vm from "node:vm";
import { judge } from "./python-judge.mjs";
import { plain } from "./python-plain.mjs";
import { program } from "./python-program.mjs";
import { ascii, connect, copyInto, inRealm, memoryOf, restore, START_TIME } from "./python-realms.mjs";

/**
 * The files of an interpreter.
 * @typedef {object} Files
 * @property {string} channel Text of python-channel.mjs.
 * @property {string} realm Text of python-realm.mjs.
 * @property {string} pyodide Text of pyodide.asm.mjs.
 * @property {Uint8Array} wasm Bytes of pyodide.asm.wasm.
 * @property {Uint8Array} library Bytes of python_stdlib.zip.
 */

/**
 * A program that has run.
 * @typedef {object} Prepared
 * @property {string} code
 * @property {number} took ms.
 * @property {string | undefined} failure Why it cannot be tested.
 * @property {vm.Context | undefined} realm Its interpreter, until a test ends that.
 * @property {Uint8Array} image Memory of the interpreter after the program.
 */

/** Modules that are there from the start: to import one of them takes no time of the program. */
const MODULES =
  "abc array base64 bisect cmath collections contextlib copy dataclasses datetime decimal enum fractions " +
  "functools hashlib heapq itertools json math numbers operator " +
  "random re statistics string textwrap time typing unittest";

/** Python that imports them, and adds the modules of this folder. */
const INSTALL = `for name in "${MODULES}".split(): __import__(name)
import sys, types
for name, text in ${JSON.stringify(Object.entries({ plain, program, judge }))}:
  module = sys.modules["retort_" + name] = types.ModuleType("retort_" + name)
  exec(compile(text, name, "exec"), module.__dict__)
del name, text, module, sys, types`;

const ANSWER = `__import__("sys").modules["retort_program"].serve()`;
const CALL_BACK = `__import__("sys").modules["retort_judge"].serve()`;
const TEST = `__import__("sys").modules["retort_judge"].test()`;

/** So much before its time a program's timer may go off, in ms. */
const EARLY = 10;

const WebAssembly = /** @type {{ WebAssembly: { Module: new (bytes: Uint8Array) => object } }} */ (
  /** @type {unknown} */ (globalThis)
).WebAssembly;

/**
 * @param {string} said What the judge answers.
 * @returns {string | undefined}
 */
const reasonIn = (said) => /** @type {{ reason: string | null }} */ (JSON.parse(said)).reason ?? undefined;

/** Pyodide, compiled, and the memory of a Python that has just started. */
export class PythonInterpreter {
  #files;
  #limits;
  #wasm;
  /** @type {Uint8Array} */
  #image = new Uint8Array(0);
  /** @type {vm.Context | undefined} */
  #spare;
  /** @type {Prepared | undefined} */
  #prepared;
  /** @type {vm.Context | undefined} */
  #judge;
  /** @type {Map<string, Buffer>} */
  #compiled = new Map();

  /**
   * @param {Files} files
   * @param {import("./cell.ts").Limits} limits
   */
  constructor(files, limits) {
    this.#files = files;
    this.#limits = limits;
    this.#wasm = new WebAssembly.Module(files.wasm);
  }

  /**
   * Starts Python once, from nothing, and keeps its memory. Rejects when it cannot be started within the limit of
   * memory.
   */
  async open() {
    const realm = await this.#realm(0);
    const status = inRealm(realm, `run(${JSON.stringify(INSTALL)})`, START_TIME);
    this.#image = Uint8Array.prototype.slice.call(memoryOf(realm));
    const used = this.#image.length / 2 ** 20;
    if (status !== 0 || used > this.#limits.memory) {
      throw new Error(
        `expected at least ${Math.ceil(used)} MiB of memory for Python to start, got ${this.#limits.memory}`,
      );
    }
    await this.warm();
  }

  /** Makes interpreters ready for the next program and for its tests, if none are. */
  async warm() {
    this.#spare ??= await this.#started();
    this.#judge ??= await this.#started();
  }

  /**
   * Runs a test in the judge's interpreter, which asks that of the program, in the memory that the program left.
   * @param {import("./cell.ts").Trial} trial
   * @returns {Promise<import("./cell.ts").Verdict>}
   */
  async run({ code, test }) {
    const failed = (/** @type {string} */ reason) => ({ passed: false, reason: reason.slice(0, 200) });
    if (`${code}${test}`.includes("\0")) return failed("SyntaxError: source code cannot contain null bytes");
    if (this.#prepared?.code !== code || (this.#prepared.realm === undefined && this.#prepared.failure === undefined)) {
      this.#prepared = undefined;
      this.#prepared = await this.#prepare(code);
    } else if (this.#prepared.realm !== undefined) restore(this.#prepared.realm, this.#prepared.image);
    const prepared = this.#prepared;
    const { realm, failure, took } = prepared;
    if (failure !== undefined || realm === undefined) return failed(failure ?? "");
    this.#judge ??= await this.#started();
    const error = this.#tested(prepared, realm, this.#judge, test, this.#limits.time - took);
    return error === undefined ? { passed: true } : failed(error);
  }

  /**
   * @param {Prepared} prepared
   * @param {vm.Context} realm
   * @param {vm.Context} judge
   * @param {string} test
   * @param {number} time
   * @returns {string | undefined} Why the test failed.
   */
  #tested(prepared, realm, judge, test, time) {
    const late = `took longer than ${this.#limits.time} ms`;
    if (time <= 0) return late;
    restore(judge, this.#image);
    inRealm(judge, "clean()", START_TIME);
    let ended = false;
    connect(judge, realm, ANSWER, () => (prepared.realm = undefined));
    connect(realm, judge, CALL_BACK, () => (ended = true));
    const deadline = performance.now() + time;
    try {
      const said = inRealm(judge, `channel.serve(${JSON.stringify(TEST)}, ${JSON.stringify(ascii(test))})`, time);
      const answered = !ended && typeof said === "string" && said !== "";
      if (!answered) this.#judge = undefined;
      if (prepared.realm === undefined) return "ended the interpreter";
      return answered ? reasonIn(said) : "the test ended its interpreter";
    } catch {
      // Where both of them were interrupted is not known.
      [prepared.realm, this.#judge] = [undefined, undefined];
      return performance.now() < deadline - EARLY ? "the test ended its interpreter" : late;
    }
  }

  /**
   * Runs a program in an interpreter that has run no other.
   * @param {string} code
   * @returns {Promise<Prepared>}
   */
  async #prepare(code) {
    await this.warm();
    const realm = /** @type {vm.Context} */ (this.#spare);
    this.#spare = undefined;
    const began = performance.now();
    const failure = this.#execute(realm, code);
    const took = performance.now() - began;
    const prepared = { code, took, failure, realm: undefined, image: new Uint8Array(0) };
    return failure === undefined
      ? { ...prepared, realm, image: Uint8Array.prototype.slice.call(memoryOf(realm)) }
      : prepared;
  }

  /**
   * @param {vm.Context} realm
   * @param {string} code
   * @returns {string | undefined} Why it failed.
   */
  #execute(realm, code) {
    const { time } = this.#limits;
    const deadline = performance.now() + time;
    try {
      if (inRealm(realm, `run(${JSON.stringify(code)})`, time) === 0) return undefined;
      const error = inRealm(realm, "lastError()", time);
      return typeof error === "string" && error !== "" ? error : "ended with an error";
    } catch {
      // What was thrown may be an object of the program, and is not read.
      return performance.now() < deadline - EARLY ? "ended the interpreter" : `took longer than ${time} ms`;
    }
  }

  /** An interpreter whose memory is the image. */
  async #started() {
    // The memories of interpreters that are gone are large, and the collector does not see their size.
    globalThis.gc?.();
    const realm = await this.#realm(this.#image.length);
    restore(realm, this.#image);
    return realm;
  }

  /**
   * A realm in which Pyodide has been loaded.
   * @param {number} size Bytes of the image that comes next; 0 for Python's own start.
   */
  async #realm(size) {
    const context = vm.createContext(/** @type {object} */ (Object.create(null)), {
      codeGeneration: { strings: false, wasm: true },
    });
    await this.#evaluated(context, "python-channel.mjs", this.#files.channel);
    await this.#evaluated(context, "python-realm.mjs", this.#files.realm);
    const { default: create } = await this.#evaluated(context, "pyodide.asm.mjs", this.#files.pyodide);
    // A module of this realm's class, without compiling it again.
    const { prototype } = /** @type {{ prototype: object }} */ (inRealm(context, "WebAssembly.Module", START_TIME));
    const start = /** @type {(...parameters: unknown[]) => Promise<void>} */ (inRealm(context, "start", START_TIME));
    await start(
      create,
      Object.setPrototypeOf(this.#wasm, prototype),
      copyInto(context, this.#files.library),
      size,
      this.#limits.memory,
    );
    return context;
  }

  /**
   * The exports of a module that imports nothing, in a realm in which nothing can be imported.
   * @param {vm.Context} context
   * @param {string} identifier
   * @param {string} source
   */
  async #evaluated(context, identifier, source) {
    const cachedData = this.#compiled.get(identifier);
    const module = /** @type {vm.SourceTextModule & { createCachedData(): Buffer }} */ (
      new vm.SourceTextModule(source, { context, identifier, ...(cachedData === undefined ? {} : { cachedData }) })
    );
    if (cachedData === undefined) this.#compiled.set(identifier, module.createCachedData());
    await module.link((specifier) => {
      throw new Error(`expected no imports in ${identifier}, got ${specifier}`);
    });
    await module.evaluate();
    return /** @type {Record<string, unknown>} */ (module.namespace);
  }
}
