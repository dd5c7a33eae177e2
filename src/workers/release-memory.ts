/** Memory that is given back now, and not when the garbage collector comes by. */
import { MessageChannel } from "node:worker_threads";
import { buffersOf } from "./messages.ts";

/** A port that nobody reads: what moves to it is freed. */
const nobody = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return port1;
})();

/**
 * Frees the memory under typed arrays at once; they have no elements afterwards. A step makes hundreds of megabytes of
 * scores, and V8 starts a collection of the whole heap each time that 64 MB of arrays have been made: left to it, that
 * was a fifth of a step. Memory that threads share is left alone.
 */
export const releaseMemory = (arrays: readonly ArrayBufferView[]): void =>
  nobody.postMessage(undefined, buffersOf(arrays));
