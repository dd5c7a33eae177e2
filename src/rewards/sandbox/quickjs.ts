/** Runs JavaScript in QuickJS compiled to WebAssembly, which reaches nothing of the host. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import {
  newQuickJSWASMModule,
  newVariant,
  RELEASE_SYNC,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from "quickjs-emscripten";
import { failed, type Limits, type Trial, type Verdict } from "./cell.ts";
import { javaScriptPrelude } from "./javascript-prelude.ts";

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
   * Runs code and test in a QuickJS of its own: new memory, which cannot grow beyond the limit, and a new set of
   * globals. The test is the body of an async function of `assert` and `require`; the program is asked to stop after
   * the limit of time, which a few built-in functions do not hear. `RangeError` for less memory than QuickJS starts
   * with.
   */
  async run({ code, test }: Trial, { time, memory }: Limits): Promise<Verdict> {
    const least = FIRST_PAGES / PAGES_PER_MIB;
    if (memory < least)
      throw new RangeError(`JavaScript sandbox: expected at least ${least} MiB of memory, got ${memory}`);
    const deadline = performance.now() + time;
    const wasmMemory = new Memory({ initial: FIRST_PAGES, maximum: memory * PAGES_PER_MIB });
    const quickJs = await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmModule: this.#module, wasmMemory }));
    const late = (): boolean => performance.now() > deadline;
    const runtime = quickJs.newRuntime({ interruptHandler: late, maxStackSizeBytes: STACK });
    try {
      const error = errorOf(runtime, runtime.newContext(), code, test);
      if (late()) return failed(`took longer than ${time} ms`);
      return error === undefined ? { passed: true } : failed(error);
    } catch (error) {
      // A trap, or the thread's own stack: the instance is left to the collector.
      return failed(late() ? `took longer than ${time} ms` : `ended the interpreter: ${String(error)}`);
    }
  }
}

/** The message of what was thrown, read without running code of the program where it is an ordinary error. */
const messageOf = (context: QuickJSContext, thrown: QuickJSHandle): string => {
  if (context.typeof(thrown) !== "object") return context.getString(thrown);
  const [name, message] = ["name", "message"].map((key) => context.getString(context.getProp(thrown, key)));
  return `${name}: ${message}`;
};

/** Runs code, then test, then what they left to be done. Undefined when all ended well. */
const errorOf = (runtime: QuickJSRuntime, context: QuickJSContext, code: string, test: string): string | undefined => {
  const tools = context.unwrapResult(context.evalCode(javaScriptPrelude, "prelude.js"));
  const ran = context.evalCode(code, "code.js", { type: "global" });
  if (ran.error !== undefined) return messageOf(context, ran.error);
  const check = context.evalCode(`(async (assert, require) => {\n${test}\n})`, "test.js", { type: "global" });
  if (check.error !== undefined) return messageOf(context, check.error);
  const [assert, require] = ["assert", "require"].map((key) => context.getProp(tools, key)) as [
    QuickJSHandle,
    QuickJSHandle,
  ];
  const begun = context.callFunction(check.value, context.undefined, assert, require);
  if (begun.error !== undefined) return messageOf(context, begun.error);
  const jobs = runtime.executePendingJobs();
  if (jobs.error !== undefined) return messageOf(jobs.error.context, jobs.error);
  const state = context.getPromiseState(begun.value);
  if (state.type === "fulfilled") return undefined;
  return state.type === "rejected" ? messageOf(context, state.error) : "waits for what never happens";
};
