/** JavaScript that both interpreters of a trial have: how a value becomes text and a value again. */

/** Most characters of a question or an answer. */
const MOST_TEXT = 4 * 2 ** 20;

/**
 * JavaScript that gives `codecOf`, a function of `{ own, foreign, exportable, methods }` to `{ encode, decode }`, and
 * what belongs to it. A form is JSON in which a list is a tag and what belongs to that. `exportable(value, kind)`
 * gives the form of what stays on this side, `own(id)` what had that form, `foreign(kind, id, ...)` what stands for a
 * value of the other side. An object with functions in it is copied where `methods` is true, and else stays where it
 * is.
 */
export const javaScriptPlain = `(() => {
  "use strict";
  const { getPrototypeOf, ownKeys, apply, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const { isArray } = Array;
  const [ObjectPrototype, ErrorPrototype, PromisePrototype] = [Object.prototype, Error.prototype, Promise.prototype];
  const [MapType, SetType, DateType, RegExpType] = [Map, Set, Date, RegExp];
  const getter = (type, name) => getOwnPropertyDescriptor(type.prototype, name).get;
  const [mapSize, setSize] = [getter(Map, "size"), getter(Set, "size")];
  const [source, flags, time] = [getter(RegExp, "source"), getter(RegExp, "flags"), Date.prototype.getTime];
  const [mapEach, setEach] = [Map.prototype.forEach, Set.prototype.forEach];
  const typedName = getOwnPropertyDescriptor(getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag).get;
  const errors = [
    AggregateError, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, InternalError,
  ];
  const arrays = [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array,
  ];
  const named = (types, name) => types.find((type) => type.name === name);
  const builtIn = errors.map((type) => ({ name: type.name, prototype: type.prototype }));
  const DEEPEST = 200, LONGEST = 1e6;
  class NotPlain extends TypeError {}
  const tried = (action, value) => {
    try { return [apply(action, value, [])]; } catch { return undefined; }
  };
  const inherits = (value, prototype) => {
    for (let one = getPrototypeOf(value), k = 0; one !== null && k < 1000; one = getPrototypeOf(one), k += 1) {
      if (one === prototype) return true;
    }
    return false;
  };
  const isPlainObject = (value) => {
    if (typeof value !== "object" || value === null || isArray(value)) return false;
    const prototype = getPrototypeOf(value);
    return prototype === null || prototype === ObjectPrototype;
  };
  const property = (object, key, value) =>
    defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  const codecOf = ({ own, foreign, exportable, methods }) => {
    const items = (list, depth) => {
      if (list.length > LONGEST) throw new NotPlain("expected at most " + LONGEST + " values in a list, got more");
      const forms = [];
      for (let k = 0; k < list.length; k += 1) forms.push(k in list ? encode(list[k], depth + 1) : ["h"]);
      return forms;
    };
    const entries = (value, each, depth) => {
      const forms = [];
      apply(each, value, [(item, key) => forms.push([encode(key, depth + 1), encode(item, depth + 1)])]);
      return forms;
    };
    const objectForm = (value, depth) => {
      const pairs = [];
      for (const key of ownKeys(value)) {
        if (getOwnPropertyDescriptor(value, key)?.enumerable !== true) continue;
        const item = value[key];
        if (typeof key === "symbol" || (typeof item === "function" && !methods)) return exportable(value, "object");
        pairs.push([key, encode(item, depth + 1)]);
      }
      return ["d", getPrototypeOf(value) === null, pairs];
    };
    const errorForm = (error, depth) => {
      const type = builtIn.find(({ prototype }) => inherits(error, prototype))?.name ?? "Error";
      const text = (key) => { try { return String(error[key]).slice(0, 10000); } catch { return ""; } };
      const keys = ownKeys(error).filter((key) => typeof key === "string" && key !== "message" && key !== "stack");
      const pairs = keys.map((key) => [key, encode(error[key], depth + 1)]);
      const [, id] = exportable(error, "object", true) ?? [];
      return ["e", type, text("name"), text("message"), pairs, id ?? null];
    };
    const special = (value, depth) => {
      if (inherits(value, PromisePrototype)) return exportable(value, "promise");
      if (inherits(value, ErrorPrototype)) return errorForm(value, depth);
      if (tried(mapSize, value)) return ["m", entries(value, mapEach, depth)];
      if (tried(setSize, value)) return ["S", entries(value, setEach, depth).map(([key]) => key)];
      const moment = tried(time, value);
      if (moment) return ["D", encode(moment[0], depth)];
      if (value !== RegExp.prototype && inherits(value, RegExp.prototype) && tried(source, value))
        return ["R", apply(source, value, []), apply(flags, value, [])];
      const typed = tried(typedName, value)?.[0];
      return typed === undefined ? exportable(value, "object") : ["T", typed, items(value, depth)];
    };
    const encode = (value, depth = 0) => {
      if (depth > DEEPEST) throw new NotPlain("expected values in at most " + DEEPEST + " others, got more: a circle?");
      switch (typeof value) {
        case "undefined": return ["u"];
        case "boolean": case "string": return value;
        case "number":
          if (value === 0) return 1 / value > 0 ? 0 : ["n", "-0"];
          return value - value === 0 ? value : ["n", "" + value];
        case "bigint": return ["i", value < 0n, (value < 0n ? -value : value).toString(16)];
        case "symbol": throw new NotPlain("expected plain data, got a symbol");
        case "function": return exportable(value, "function");
      }
      if (value === null) return null;
      const known = exportable(value, "known");
      if (known !== undefined) return known;
      if (isArray(value)) return ["l", items(value, depth)];
      return isPlainObject(value) ? objectForm(value, depth) : special(value, depth);
    };
    const list = (forms, depth) => {
      const values = [];
      forms.forEach((form, k) => { if (form?.[0] !== "h") property(values, k, decode(form, depth + 1)); });
      values.length = forms.length;
      return values;
    };
    const decode = (form, depth = 0) => {
      if (depth > DEEPEST) throw new NotPlain("expected values in fewer others");
      if (!isArray(form)) {
        if (typeof form === "object" && form !== null) throw new NotPlain("expected a value, got a form of none");
        return form;
      }
      const [tag, first, second, third, pairs, id] = form;
      switch (tag) {
        case "u": return undefined;
        case "n": return Number(first);
        case "i": return first ? -BigInt("0x" + second) : BigInt("0x" + second);
        case "l": return list(first, depth);
        case "m": return new MapType(first.map(([k, v]) => [decode(k, depth + 1), decode(v, depth + 1)]));
        case "S": return new SetType(list(first, depth));
        case "D": return new DateType(decode(first, depth + 1));
        case "R": return new RegExpType(String(first), String(second));
        case "T": return new (named(arrays, first))(list(second, depth));
        case "d": {
          const object = first ? Object.create(null) : {};
          for (const [key, value] of second) property(object, String(key), decode(value, depth + 1));
          return object;
        }
        case "e": {
          const type = named(errors, first) ?? Error;
          const error = type === AggregateError ? new type([], String(third)) : new type(String(third));
          if (error.name !== second)
            defineProperty(error, "name", { value: String(second), configurable: true, writable: true });
          for (const [key, value] of pairs) property(error, String(key), decode(value, depth + 1));
          return typeof id === "number" ? foreign("error", id, error) : error;
        }
        case "o": return own(first);
        case "r": return foreign(first, second, String(third));
      }
      throw new NotPlain("expected a value, got a form of none");
    };
    return { encode, decode };
  };
  const { stringify } = JSON;
  const textOf = (value) => {
    const text = stringify(value);
    if (text.length <= ${MOST_TEXT}) return text;
    throw new NotPlain("expected at most ${MOST_TEXT} characters of arguments or results, got " + text.length);
  };
  return { codecOf, NotPlain, isPlainObject, inherits, property, textOf };
})()`;

/**
 * JavaScript that gives a function of `(encode, decode, refusal)` to `{ watch, waitFor, settle, drain }`: promises of
 * one side that the other waits for. What a promise of this side came to is kept until `drain`; `settle` hears of those
 * of the other side. `refusal(text)` is the error for a value that cannot cross.
 */
export const javaScriptPromises = `(() => {
  "use strict";
  const then = Promise.prototype.then;
  return (encode, decode, refusal) => {
    const settled = [], waiting = new Map();
    return {
      watch(promise, id) {
        const keep = (kind) => (value) => {
          let form;
          try { form = [id, kind, encode(value)]; } catch (error) { form = [id, "x", String(error?.message)]; }
          settled.push(form);
        };
        Reflect.apply(then, promise, [keep("v"), keep("e")]);
      },
      waitFor(id) {
        if (!waiting.has(id)) {
          const one = {};
          one.promise = new Promise((resolve, reject) => { one.resolve = resolve; one.reject = reject; });
          waiting.set(id, one);
        }
        return waiting.get(id).promise;
      },
      settle(forms) {
        for (const [id, kind, form] of forms) {
          const one = waiting.get(id);
          if (one === undefined) continue;
          if (kind === "x") one.reject(refusal(form));
          else if (kind === "v") one.resolve(decode(form));
          else one.reject(decode(form));
        }
      },
      drain: () => settled.splice(0),
    };
  };
})()`;
