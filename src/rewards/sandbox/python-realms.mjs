/** Realms of JavaScript from outside: calls within a time, memories, and two realms that ask each other. */
// @ts-check
import vm from "node:vm";

/** Some time that an interpreter of unknown speed may take to start, in ms. */
export const START_TIME = 120_000;

/**
 * @param {vm.Context} realm
 * @param {string} call
 * @param {number} time Most ms.
 */
export const inRealm = (realm, call, time) =>
  /** @type {unknown} */ (vm.runInContext(call, realm, { timeout: Math.max(1, Math.ceil(time)) }));

/**
 * @param {vm.Context} realm
 * @param {Uint8Array} bytes
 * @returns {Uint8Array} A copy that belongs to the realm.
 */
export const copyInto = (realm, bytes) => {
  const copy = /** @type {Uint8Array} */ (inRealm(realm, `new Uint8Array(${bytes.length})`, START_TIME));
  // Not `copy.set`: a realm's own functions may have been replaced by what ran in it.
  Uint8Array.prototype.set.call(copy, bytes);
  return copy;
};

/**
 * @param {vm.Context} realm
 * @returns {Uint8Array} The memory itself.
 */
export const memoryOf = (realm) => /** @type {Uint8Array} */ (inRealm(realm, "memory()", START_TIME));

/**
 * @param {vm.Context} realm
 * @param {Uint8Array} image
 */
export const restore = (realm, image) => {
  const memory = memoryOf(realm);
  Uint8Array.prototype.set.call(memory, image);
  Uint8Array.prototype.fill.call(memory, 0, image.length);
};

/**
 * The text as JSON in characters of one byte.
 * @param {string} text
 */
export const ascii = (text) =>
  JSON.stringify(/** @type {string & { toWellFormed(): string }} */ (text).toWellFormed()).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * Answers the questions of a realm by Python in another, which runs inside the call of the first and within its time.
 * @param {vm.Context} asking
 * @param {vm.Context} asked
 * @param {string} source
 * @param {() => void} ended Called when the other realm gives no answer: then it can run no more.
 */
export const connect = (asking, asked, source, ended) => {
  const serve = /** @type {(source: string, question: string) => unknown} */ (
    inRealm(asked, "channel.serve", START_TIME)
  );
  const take = /** @type {(ask: (question: string) => string) => void} */ (
    inRealm(asking, "channel.connect", START_TIME)
  );
  take((question) => {
    try {
      const answer = serve(source, question);
      if (typeof answer === "string" && answer !== "") return answer;
    } catch {
      // Not read, as above.
    }
    ended();
    return "{}";
  });
};
