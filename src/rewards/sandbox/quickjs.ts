/** Runs JavaScript in QuickJS compiled to WebAssembly, which reaches nothing of the host. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { newQuickJSWASMModule, newVariant, RELEASE_SYNC, type QuickJSContext } from "quickjs-emscripten";
import { failed, type Limits, type Trial, type Verdict } from "./cell.ts";
import { JavaScriptTrial } from "./javascript-trial.ts";

/** The part of Node's WebAssembly that is used here: its types come with those of browsers only. */
interface WebAssemblyParts {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { initial: number; maximum: number }) => object;
}

const { Module, Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyParts }).WebAssembly;

/** Pages of WebAssembly in one MiB, and those that QuickJS starts with. */
const PAGES_PER_MIB = 16;
const FIRST_PAGES = 256;

/**
 * Stack of QuickJS, in bytes; some 6,000 calls of a small function. It takes about 40 times that of the thread's own
 * stack.
 */
const STACK = 2 ** 20;

/** A QuickJS that is compiled and may be started any number of times. */
export class QuickJs {
  readonly #module: object;

  constructor() {
    const own = createRequire(createRequire(import.meta.url).resolve("quickjs-emscripten"));
    this.#module = new Module(readFileSync(own.resolve("@jitl/quickjs-wasmfile-release-sync/wasm")));
  }

  /**
   * Runs code in one QuickJS and its test in another: each has new memory, which cannot grow beyond the limit, and a
   * new set of globals. The test is the body of an async function of `assert` and `require`; both are asked to stop
   * after the limit of time, which a few built-in functions do not hear. `RangeError` for less memory than QuickJS
   * starts with.
   */
  async run({ code, test }: Trial, { time, memory }: Limits): Promise<Verdict> {
    const least = FIRST_PAGES / PAGES_PER_MIB;
    if (memory < least)
      throw new RangeError(`JavaScript sandbox: expected at least ${least} MiB of memory, got ${memory}`);
    const deadline = performance.now() + time;
    const late = (): boolean => performance.now() > deadline;
    const [program, judge] = [await this.#open(memory, late), await this.#open(memory, late)];
    try {
      const error = new JavaScriptTrial(program, judge, late).errorOf(code, test);
      if (late()) return failed(`took longer than ${time} ms`);
      return error === undefined ? { passed: true } : failed(error);
    } catch (error) {
      // A trap, or the thread's own stack: the instances are left to the collector.
      return failed(late() ? `took longer than ${time} ms` : `ended the interpreter: ${String(error)}`);
    }
  }

  async #open(memory: number, late: () => boolean): Promise<QuickJSContext> {
    const wasmMemory = new Memory({ initial: FIRST_PAGES, maximum: memory * PAGES_PER_MIB });
    const quickJs = await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmModule: this.#module, wasmMemory }));
    return quickJs.newRuntime({ interruptHandler: late, maxStackSizeBytes: STACK }).newContext();
  }
}
