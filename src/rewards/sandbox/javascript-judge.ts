/** JavaScript of the interpreter in which tests run, and no program ever. */
import { javaScriptPlain, javaScriptPromises } from "./javascript-plain.ts";

/**
 * JavaScript that gives a function of `(ask, require)` to `{ prepare, require, answer, refusal }`. `prepare(names)`
 * puts those of the names that the program has among the globals, where none of them is yet: plain data as values, and
 * all else as objects that ask the program. Such an object gives its properties and is called; it is never compared,
 * nor made a number, for then it could say of itself that it is right. `answer` answers the program, which may call the
 * functions that it was given. `refusal()` says what ended the test as failed, also where the test caught it.
 */
export const javaScriptJudge = `(() => {
  "use strict";
  const { codecOf, NotPlain, isPlainObject, property, textOf } = ${javaScriptPlain};
  const promisesOf = ${javaScriptPromises};
  return (ask, require) => {
    const functions = [], numbers = new Map(), remotes = new Map();
    const remoteNumbers = new WeakMap(), errorNumbers = new WeakMap();
    let refused;
    const refuse = (message) => {
      refused ??= message;
      throw new NotPlain(message);
    };
    const asked = (...question) => {
      const said = attempt("an answer of plain data from the program", () => JSON.parse(ask(textOf(question))));
      if (typeof said !== "object" || said === null) refuse("expected an answer from the program, got none");
      if ("x" in said) refuse("the program's value is no plain data: " + said.x);
      return said;
    };
    const attempt = (expected, action) => {
      try { return action(); } catch (error) {
        return refuse(error instanceof NotPlain ? error.message : "expected " + expected + ", got what cannot be read");
      }
    };
    const decoded = (form) => attempt("plain data from the program", () => decode(form));
    const encoded = (value) => attempt("plain data", () => encode(value));
    const valueOf = (said) => {
      if ("v" in said) return decoded(said.v);
      if (!("e" in said)) refuse("expected a value or an error from the program, got neither");
      throw decoded(said.e);
    };
    const replaced = (target, value) => {
      if (Array.isArray(target) && Array.isArray(value)) target.splice(0, Infinity, ...value);
      else if (target instanceof Map && value instanceof Map) {
        target.clear();
        for (const [key, item] of value) target.set(key, item);
      } else if (target instanceof Set && value instanceof Set) {
        target.clear();
        for (const item of value) target.add(item);
      } else if (ArrayBuffer.isView(target) && ArrayBuffer.isView(value) && target.length === value.length)
        target.set(value);
      else if (isPlainObject(target) && isPlainObject(value)) {
        for (const key of Object.keys(target)) delete target[key];
        for (const [key, item] of Object.entries(value)) property(target, key, item);
      }
    };
    const called = (parameters, ...question) => {
      const said = asked(...question, parameters.map(encoded));
      attempt("the arguments as the program left them", () => {
        for (const [place, form] of said.changed ?? []) replaced(parameters[place], decode(form));
      });
      if (!Array.isArray(said.v) || said.v[0] !== "a") return valueOf(said);
      const [, place] = said.v;
      if (!Number.isInteger(place) || place < 0 || place >= parameters.length)
        refuse("expected one of the arguments, got none");
      return parameters[place];
    };
    const act = (what, number, ...parameters) => valueOf(asked("do", what, number, parameters.map(encoded)));
    const isInstance = (type, value) => {
      const number = (typeof value === "object" && value !== null) || typeof value === "function"
        ? remoteNumbers.get(value) ?? errorNumbers.get(value) : undefined;
      return number !== undefined && valueOf(asked("do", "isInstance", type, [["o", number]])) === true;
    };
    const refuseObject = (name) => refuse(
      "expected plain data, got an object of the program's class " + name + "; compare what its methods give",
    );
    const symbols = (number, name) => ({
      [Symbol.toPrimitive]: (hint) => (hint === "string" ? String(act("string", number)) : refuseObject(name)),
      [Symbol.iterator]: () => act("iterator", number),
      [Symbol.asyncIterator]: () => act("asyncIterator", number),
      [Symbol.hasInstance]: (value) => isInstance(number, value),
    });
    const remoteOf = (kind, number, name) => {
      const target = kind === "function" ? function () {} : {};
      const own = symbols(number, name);
      const closed = () => refuseObject(name);
      const remote = new Proxy(target, {
        get: (_, key) => (typeof key === "symbol" ? own[key] : act("get", number, key)),
        set: (_, key, value) => { act("set", number, String(key), value); return true; },
        apply: (_, self, parameters) => called(parameters, "call", number, remoteNumbers.get(Object(self)) ?? null),
        construct: (_, parameters) => called(parameters, "new", number),
        has: closed, deleteProperty: closed, ownKeys: closed, getOwnPropertyDescriptor: closed, defineProperty: closed,
      });
      remoteNumbers.set(remote, number);
      return remote;
    };
    const foreign = (kind, number, more) => {
      if (!Number.isInteger(number)) throw new NotPlain("expected a number");
      if (kind === "error") {
        errorNumbers.set(more, number);
        return more;
      }
      if (kind === "promise") return promises.waitFor(number);
      if (!remotes.has(number)) remotes.set(number, remoteOf(kind, number, more.slice(0, 50)));
      return remotes.get(number);
    };
    // Functions and promises alone: of these the program learns no more than what they give.
    const exportable = (value, kind, isError) => {
      if (isError) return undefined;
      const remote = remoteNumbers.get(value);
      if (remote !== undefined) return ["o", remote];
      if (kind === "known") return undefined;
      if (kind === "object")
        throw new NotPlain("expected plain data or functions as arguments of the program, got an object of a class");
      if (!numbers.has(value)) {
        numbers.set(value, functions.push(value) - 1);
        if (kind === "promise") promises.watch(value, functions.length - 1);
      }
      return ["r", kind, numbers.get(value), ""];
    };
    const { encode, decode } = codecOf({ own: (number) => functions[number], foreign, exportable, methods: true });
    const promises = promisesOf(encode, decode, (text) => { refused ??= text; return new NotPlain(text); });
    const answered = ([what, number, forms]) => {
      if (what === "drain") return { v: promises.drain() };
      if (what === "settle") return attempt("values", () => { promises.settle(number); return { v: null }; });
      const wanted = functions[number];
      if (what !== "call" || typeof wanted !== "function") throw new TypeError("expected a function of the test's");
      return { v: encode(wanted(...forms.map(decoded))) };
    };
    const answer = (question) => {
      try { return textOf(answered(JSON.parse(question))); } catch (error) {
        if (error instanceof NotPlain) refused ??= error.message;
        if (error?.name === "AssertionError") refused ??= "AssertionError: " + error.message;
        try { return textOf({ e: encode(error) }); } catch { return textOf({ x: "an error of the test's" }); }
      }
    };
    const named = (name) => valueOf(asked("name", name));
    const prepare = (names) => {
      const known = valueOf({ v: ["l", asked("known", names.filter((name) => !(name in globalThis))).v] });
      for (const name of names.filter((one) => known.includes(one))) {
        Object.defineProperty(globalThis, name, {
          configurable: true, get: () => named(name),
          set: (value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true }),
        });
      }
      const exported = { configurable: true, get: () => valueOf(asked("exports")) };
      Object.defineProperty(globalThis, "module", { value: Object.defineProperty({}, "exports", exported) });
      Object.defineProperty(globalThis, "exports", exported);
    };
    const isName = (name) => typeof name === "string" && /^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$/u.test(name);
    const program = new Proxy({}, { get: (_, name) => (isName(name) ? named(name) : undefined) });
    const required = (name) => (name === "program" ? program : require(name));
    return { prepare, answer, require: required, refusal: () => refused };
  };
})()`;
