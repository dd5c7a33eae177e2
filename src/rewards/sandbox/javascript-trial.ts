/** One trial of JavaScript: a program in one context, its test in another, and texts between them. */
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten";
import { javaScriptJudge } from "./javascript-judge.ts";
import { javaScriptPrelude } from "./javascript-prelude.ts";
import { javaScriptProgram } from "./javascript-program.ts";

/** Most names of a test that the program is asked for. */
const MOST_NAMES = 5000;

/** The message of what was thrown, read without running code of the program where it is an ordinary error. */
const messageOf = (context: QuickJSContext, thrown: QuickJSHandle): string => {
  if (context.typeof(thrown) !== "object") return context.getString(thrown);
  const [name, message] = ["name", "message"].map((key) => context.getString(context.getProp(thrown, key)));
  return `${name}${message}` === "" ? "out of memory, or an error without a name" : `${name}: ${message}`;
};

/** Calls a function of texts; throws `Stopped` when it throws, which its JavaScript never does by itself. */
const callWith = (context: QuickJSContext, called: QuickJSHandle, text: string): string => {
  const given = context.newString(text);
  const result = context.callFunction(called, context.undefined, given);
  given.dispose();
  if (result.error !== undefined) throw new Stopped(messageOf(context, result.error));
  const said = context.getString(result.value);
  result.value.dispose();
  return said;
};

/** A context can answer no more: it is out of memory, or out of time. */
class Stopped extends Error {}

interface Tools {
  readonly answer: QuickJSHandle;
  readonly prepare: QuickJSHandle;
  readonly refusal: QuickJSHandle;
  readonly require: QuickJSHandle;
  readonly assert: QuickJSHandle;
}

/** Two contexts that hold nothing of each other. */
export class JavaScriptTrial {
  readonly #program: QuickJSContext;
  readonly #judge: QuickJSContext;
  readonly #late: () => boolean;
  #tools: Tools | undefined;
  #stopped: string | undefined;

  /** `late`: whether the time is over. */
  constructor(program: QuickJSContext, judge: QuickJSContext, late: () => boolean) {
    this.#program = program;
    this.#judge = judge;
    this.#late = late;
  }

  /** Runs code, then test, then what they left to be done. Undefined when all ended well, else why the test failed. */
  errorOf(code: string, test: string): string | undefined {
    try {
      return this.#errorOf(code, test);
    } catch (error) {
      if (error instanceof Stopped) return error.message;
      throw error;
    }
  }

  #errorOf(code: string, test: string): string | undefined {
    const [program, judge] = [this.#program, this.#judge];
    program.unwrapResult(program.evalCode(javaScriptPrelude, "prelude.js"));
    const open = program.unwrapResult(program.evalCode(javaScriptProgram, "program.js"));
    const callBack = this.#asking(program, () => [judge, this.#tools?.answer]);
    const answer = program.unwrapResult(program.callFunction(open, program.undefined, callBack));
    const ran = program.evalCode(code, "code.js", { type: "global" });
    if (ran.error !== undefined) return messageOf(program, ran.error);
    const tools = (this.#tools = this.#judgeOf(answer));
    const check = judge.evalCode(`(async (assert, require) => {\n${test}\n})`, "test.js", { type: "global" });
    if (check.error !== undefined) return messageOf(judge, check.error);
    const names = [...new Set(test.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))].slice(0, MOST_NAMES);
    const list = judge.unwrapResult(judge.evalCode(JSON.stringify(names)));
    const prepared = judge.callFunction(tools.prepare, judge.undefined, list);
    if (prepared.error !== undefined) return messageOf(judge, prepared.error);
    const begun = judge.callFunction(check.value, judge.undefined, tools.assert, tools.require);
    if (begun.error !== undefined) return messageOf(judge, begun.error);
    const error = this.#settled(begun.value, answer, tools.answer);
    const refusal = judge.unwrapResult(judge.callFunction(tools.refusal, judge.undefined));
    return this.#stopped ?? (judge.typeof(refusal) === "string" ? judge.getString(refusal) : error);
  }

  #judgeOf(answer: QuickJSHandle): Tools {
    const judge = this.#judge;
    const prelude = judge.unwrapResult(judge.evalCode(javaScriptPrelude, "prelude.js"));
    const open = judge.unwrapResult(judge.evalCode(javaScriptJudge, "judge.js"));
    const ask = this.#asking(judge, () => [this.#program, answer]);
    const required = judge.getProp(prelude, "require");
    const made = judge.unwrapResult(judge.callFunction(open, judge.undefined, ask, required));
    const [reply, prepare, refusal, require] = ["answer", "prepare", "refusal", "require"].map((key) =>
      judge.getProp(made, key),
    ) as [QuickJSHandle, QuickJSHandle, QuickJSHandle, QuickJSHandle];
    return { answer: reply, prepare, refusal, require, assert: judge.getProp(prelude, "assert") };
  }

  /** A function of one context by which it asks the other; what the other throws, whatever it is, ends the trial. */
  #asking(asking: QuickJSContext, other: () => readonly [QuickJSContext, QuickJSHandle | undefined]): QuickJSHandle {
    return asking.newFunction("ask", (question) => {
      const [context, answer] = other();
      if (answer === undefined || this.#stopped !== undefined) return asking.newString("{}");
      try {
        return asking.newString(callWith(context, answer, asking.getString(question)));
      } catch (error) {
        this.#stopped = error instanceof Stopped ? error.message : `ended the interpreter: ${String(error)}`;
        return asking.newString("{}");
      }
    });
  }

  /** Runs what both have left to be done, in turn, until the test has ended or nothing is left. */
  #settled(begun: QuickJSHandle, program: QuickJSHandle, judge: QuickJSHandle): string | undefined {
    for (let busy = true; busy && !this.#late();) {
      busy = this.#runJobs(this.#judge) || this.#runJobs(this.#program);
      busy = this.#deliver(this.#program, program, this.#judge, judge) || busy;
      busy = this.#deliver(this.#judge, judge, this.#program, program) || busy;
    }
    const state = this.#judge.getPromiseState(begun);
    if (state.type === "fulfilled") return undefined;
    return state.type === "rejected" ? messageOf(this.#judge, state.error) : "waits for what never happens";
  }

  #runJobs(context: QuickJSContext): boolean {
    const jobs = context.runtime.executePendingJobs();
    if (jobs.error !== undefined) throw new Stopped(messageOf(jobs.error.context, jobs.error));
    return jobs.value > 0;
  }

  /** Tells the one what promises of the other came to. */
  #deliver(from: QuickJSContext, drain: QuickJSHandle, to: QuickJSContext, settle: QuickJSHandle): boolean {
    const { v: settled } = JSON.parse(callWith(from, drain, '["drain"]')) as { v?: unknown };
    if (!Array.isArray(settled) || settled.length === 0) return false;
    callWith(to, settle, JSON.stringify(["settle", settled]));
    return true;
  }
}
