/**
 * What a JavaScript program finds beside the language: `assert`, `require("assert")`, a console that says nothing, and
 * `module.exports`.
 */

/**
 * JavaScript that gives `{ assert, require }`, frozen, and puts them, `console`, `module` and `exports` among the
 * globals. It keeps the built-in functions that it uses, so that a program which replaces them changes no comparison.
 * `equal` is `===`, with NaN equal to itself; `deepEqual` compares arrays, maps, sets, dates, regular expressions and
 * objects by their enumerable own properties. The random numbers of `Math` are the same in each run.
 */
export const javaScriptPrelude = `(() => {
  "use strict";
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;
  const { freeze, is } = Object;
  const { isArray } = Array;
  const { toString } = Object.prototype;
  const dateValue = Date.prototype.getTime;
  const { toString: source, test } = RegExp.prototype;
  const [mapForEach, setForEach] = [Map.prototype.forEach, Set.prototype.forEach];
  const Failure = class extends Error { get name() { return "AssertionError"; } };
  const fail = (message, fallback) => {
    if (message instanceof Error) throw message;
    throw new Failure(message === undefined ? fallback : message);
  };
  const kind = (value) => (isArray(value) ? "[object Array]" : apply(toString, value, []));
  const listOf = (collection, forEach) => {
    const list = { __proto__: null, length: 0 };
    apply(forEach, collection, [(value, key) => { list[list.length++] = { __proto__: null, key, value }; }]);
    return list;
  };
  const enumerable = (object) => {
    const keys = ownKeys(object);
    const found = { __proto__: null, length: 0 };
    for (let k = 0; k < keys.length; k += 1) {
      if (getOwnPropertyDescriptor(object, keys[k])?.enumerable === true) found[found.length++] = keys[k];
    }
    return found;
  };
  const sameEntries = (a, b, forEach, depth) => {
    const [left, right] = [listOf(a, forEach), listOf(b, forEach)];
    if (left.length !== right.length) return false;
    for (let i = 0; i < left.length; i += 1) {
      let found = -1;
      for (let j = 0; j < right.length && found < 0; j += 1) {
        if (same(left[i].key, right[j].key, depth) && same(left[i].value, right[j].value, depth)) found = j;
      }
      if (found < 0) return false;
      right[found] = right[right.length - 1];
      right.length -= 1;
    }
    return true;
  };
  const same = (a, b, depth) => {
    if (a === b || (a !== a && b !== b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || depth > 500) return false;
    const type = kind(a);
    if (type !== kind(b) || getPrototypeOf(a) !== getPrototypeOf(b)) return false;
    if (type === "[object Date]" && !is(apply(dateValue, a, []), apply(dateValue, b, []))) return false;
    if (type === "[object RegExp]" && apply(source, a, []) !== apply(source, b, [])) return false;
    if (type === "[object Map]" && !sameEntries(a, b, mapForEach, depth + 1)) return false;
    if (type === "[object Set]" && !sameEntries(a, b, setForEach, depth + 1)) return false;
    if (type === "[object Array]" && a.length !== b.length) return false;
    const keys = enumerable(a);
    if (keys.length !== enumerable(b).length) return false;
    for (let k = 0; k < keys.length; k += 1) {
      const key = keys[k];
      if (getOwnPropertyDescriptor(b, key)?.enumerable !== true || !same(a[key], b[key], depth + 1)) return false;
    }
    return true;
  };
  const matches = (error, expected) => {
    if (expected instanceof RegExp) return apply(test, expected, [String(error)]);
    return typeof expected !== "function" || error instanceof expected;
  };
  const throws = (action, expected) => {
    try {
      action();
    } catch (error) {
      if (matches(error, expected)) return true;
      throw error;
    }
    return false;
  };
  const assert = (value, message) => { if (!value) fail(message, "expected a true value"); };
  assert.ok = (value, message) => assert(value, message);
  assert.equal = (a, b, message) => { if (!same(a, b, Infinity)) fail(message, "expected equal values"); };
  assert.notEqual = (a, b, message) => { if (same(a, b, Infinity)) fail(message, "expected different values"); };
  assert.deepEqual = (a, b, message) => { if (!same(a, b, 0)) fail(message, "expected values of equal content"); };
  assert.notDeepEqual = (a, b, message) => {
    if (same(a, b, 0)) fail(message, "expected values of different content");
  };
  assert.throws = (action, expected) => { if (!throws(action, expected)) fail(undefined, "expected an error"); };
  assert.strictEqual = assert.equal;
  assert.notStrictEqual = assert.notEqual;
  assert.deepStrictEqual = assert.deepEqual;
  assert.notDeepStrictEqual = assert.notDeepEqual;
  assert.strict = assert;
  for (const name of ownKeys(assert)) {
    if (typeof assert[name] === "function" && assert[name] !== assert) freeze(assert[name]);
  }
  freeze(assert);
  const require = freeze((name) => {
    if (name === "assert" || name === "node:assert") return assert;
    if (name === "assert/strict" || name === "node:assert/strict") return assert;
    throw new Error("expected a program without modules, got require(" + name + ")");
  });
  const silent = () => {};
  const module = { exports: {} };
  Object.assign(globalThis, {
    assert, require, module, exports: module.exports,
    console: { log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent, table: silent },
  });
  let state = 1;
  Math["random"] = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return { assert, require };
})()`;
