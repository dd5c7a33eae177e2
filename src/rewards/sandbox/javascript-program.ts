/** JavaScript of the interpreter in which the program runs: it answers what the judge asks. */
import { javaScriptPlain, javaScriptPromises } from "./javascript-plain.ts";

/**
 * JavaScript that gives a function of `call`, which calls a function of the test's, to the function that answers a
 * question of the judge's in JSON. The program may change what it works with: what it then says is still nothing but
 * data, from which the judge makes its own values.
 */
export const javaScriptProgram = `(() => {
  "use strict";
  const { codecOf, NotPlain, inherits, textOf } = ${javaScriptPlain};
  const promisesOf = ${javaScriptPromises};
  const { stringify, parse } = JSON;
  const { apply, construct } = Reflect;
  const evaluate = eval;
  const MOST = 65536;
  return (call) => {
    const objects = [], numbers = new Map(), callbacks = new Map();
    const numberOf = (value) => {
      if (!numbers.has(value)) {
        if (objects.length >= MOST)
          throw new NotPlain("expected at most " + MOST + " objects of the program in a test, got more");
        numbers.set(value, objects.push(value) - 1);
      }
      return numbers.get(value);
    };
    const exportable = (value, kind) => {
      if (callbacks.has(value)) return ["o", callbacks.get(value)];
      if (kind === "known") return undefined;
      const fresh = !numbers.has(value);
      const number = numberOf(value);
      if (kind === "promise" && fresh) promises.watch(value, number);
      let name = "";
      try { name = String(value.constructor?.name); } catch {}
      return ["r", kind, number, name];
    };
    const foreign = (kind, number, error) => {
      if (kind === "error") return error;
      if (kind === "promise") return promises.waitFor(number);
      const callback = (...parameters) => {
        const said = parse(call(textOf(["call", number, parameters.map((one) => encode(one))])));
        if ("v" in said) return decode(said.v);
        throw "e" in said ? decode(said.e) : new TypeError(said.x);
      };
      callbacks.set(callback, number);
      return callback;
    };
    const { encode, decode } = codecOf({
      own: (number) => objects[number], foreign, methods: false,
      exportable: (value, kind, isError) => (isError ? [undefined, numberOf(value)] : exportable(value, kind)),
    });
    const promises = promisesOf(encode, decode, (text) => new TypeError(text));
    const isContainer = (value) => typeof value === "object" && value !== null && !numbers.has(value);
    const called = (run, forms) => {
      const parameters = forms.map((form) => decode(form));
      const result = run(parameters);
      const changed = [];
      for (let k = 0; k < parameters.length; k += 1) {
        if (!isContainer(parameters[k])) continue;
        const form = encode(parameters[k]);
        if (stringify(form) !== stringify(forms[k])) changed.push([k, form]);
      }
      const place = isContainer(result) ? parameters.indexOf(result) : -1;
      return { v: place < 0 ? encode(result) : ["a", place], changed };
    };
    const operations = {
      get: (value, key) => value[key],
      set: (value, key, item) => { value[key] = item; },
      iterator: (value) => value[Symbol.iterator](),
      asyncIterator: (value) => value[Symbol.asyncIterator](),
      string: (value) => \`\${value}\`,
      isInstance: (type, value) => inherits(value, type.prototype),
    };
    const isKnown = (name) => {
      try { return evaluate("typeof " + name) !== "undefined"; } catch { return false; }
    };
    const answered = ([what, ...rest]) => {
      switch (what) {
        case "known": return { v: rest[0].filter(isKnown) };
        case "name": return { v: encode(evaluate(rest[0])) };
        case "exports": return { v: encode(module.exports) };
        case "call": {
          const self = rest[1] === null ? undefined : objects[rest[1]];
          return called((given) => apply(objects[rest[0]], self, given), rest[2]);
        }
        case "new": return called((given) => construct(objects[rest[0]], given), rest[1]);
        case "do": return { v: encode(operations[rest[0]](objects[rest[1]], ...rest[2].map((form) => decode(form)))) };
        case "drain": return { v: promises.drain() };
        case "settle": promises.settle(rest[0]); return { v: null };
      }
    };
    return (question) => {
      try {
        return textOf(answered(parse(question)));
      } catch (error) {
        if (error instanceof NotPlain) return stringify({ x: error.message });
        try { return textOf({ e: encode(error) }); } catch {}
        return stringify({ e: ["e", "Error", "Error", "", [], null] });
      }
    };
  };
})()`;
