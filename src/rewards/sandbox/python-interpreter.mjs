/**
 * Runs Python in Pyodide, in realms that reach nothing: one for each program, started from an image of an interpreter's
 * memory.
 */
// @ts-check
import { performance } from "node:perf_hooks";
import vm from "node:vm";

/**
 * The files of an interpreter.
 * @typedef {object} Files
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
  "random re statistics string textwrap time typing";

/** Some time that an interpreter of unknown speed may take to start, in ms. */
const START_TIME = 120_000;

/** So much before its time a program's timer may go off, in ms. */
const EARLY = 10;

const WebAssembly = /** @type {{ WebAssembly: { Module: new (bytes: Uint8Array) => object } }} */ (
  /** @type {unknown} */ (globalThis)
).WebAssembly;

/**
 * @param {vm.Context} realm
 * @param {string} call
 * @param {number} time Most ms.
 */
const inRealm = (realm, call, time) =>
  /** @type {unknown} */ (vm.runInContext(call, realm, { timeout: Math.max(1, Math.ceil(time)) }));

/**
 * @param {vm.Context} realm
 * @param {Uint8Array} bytes
 * @returns {Uint8Array} A copy that belongs to the realm.
 */
const copyInto = (realm, bytes) => {
  const copy = /** @type {Uint8Array} */ (inRealm(realm, `new Uint8Array(${bytes.length})`, START_TIME));
  // Not `copy.set`: a realm's own functions may have been replaced by what ran in it.
  Uint8Array.prototype.set.call(copy, bytes);
  return copy;
};

/**
 * @param {vm.Context} realm
 * @returns {Uint8Array} The memory itself.
 */
const memoryOf = (realm) => /** @type {Uint8Array} */ (inRealm(realm, "memory()", START_TIME));

/**
 * @param {vm.Context} realm
 * @param {Uint8Array} image
 */
const restore = (realm, image) => {
  const memory = memoryOf(realm);
  Uint8Array.prototype.set.call(memory, image);
  Uint8Array.prototype.fill.call(memory, 0, image.length);
};

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
    const status = inRealm(
      realm,
      `run(${JSON.stringify(`for name in "${MODULES}".split(): __import__(name)\ndel name`)})`,
      START_TIME,
    );
    this.#image = Uint8Array.prototype.slice.call(memoryOf(realm));
    const used = this.#image.length / 2 ** 20;
    if (status !== 0 || used > this.#limits.memory) {
      throw new Error(
        `expected at least ${Math.ceil(used)} MiB of memory for Python to start, got ${this.#limits.memory}`,
      );
    }
    await this.warm();
  }

  /** Makes an interpreter ready for the next program, if none is. */
  async warm() {
    this.#spare ??= await this.#started();
  }

  /**
   * Runs a test after the program, in the memory that the program left.
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
    const { failure: error, broken } = this.#execute(realm, test, this.#limits.time - took);
    if (broken) prepared.realm = undefined;
    return error === undefined ? { passed: true } : failed(error);
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
    const { failure } = this.#execute(realm, code, this.#limits.time);
    const took = performance.now() - began;
    const prepared = { code, took, failure, realm: undefined, image: new Uint8Array(0) };
    return failure === undefined
      ? { ...prepared, realm, image: Uint8Array.prototype.slice.call(memoryOf(realm)) }
      : prepared;
  }

  /**
   * @param {vm.Context} realm
   * @param {string} text
   * @param {number} time
   * @returns {{ failure: string | undefined, broken: boolean }} broken: the interpreter can run no more.
   */
  #execute(realm, text, time) {
    const late = `took longer than ${this.#limits.time} ms`;
    if (time <= 0) return { failure: late, broken: false };
    const deadline = performance.now() + time;
    try {
      if (inRealm(realm, `run(${JSON.stringify(text)})`, time) === 0) return { failure: undefined, broken: false };
      const error = inRealm(realm, "lastError()", time);
      return { failure: typeof error === "string" && error !== "" ? error : "ended with an error", broken: false };
    } catch {
      // What was thrown may be an object of the program, and is not read.
      return { failure: performance.now() < deadline - EARLY ? "ended the interpreter" : late, broken: true };
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
