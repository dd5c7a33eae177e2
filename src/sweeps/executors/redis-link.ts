/** A connection to a Redis that may go and come back: asked only while it is there, and its absence is said once. */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { RedisAddress } from "./redis-address.ts";

/** The connection. */
export interface RedisLink {
  readonly client: Redis;
  /**
   * Asks; gives nothing when Redis is not there, says an error or does not answer within the patience. Never throws.
   */
  ask<T>(question: () => Promise<T>): Promise<{ readonly answer: T } | undefined>;
  /** Says what went wrong, unless it was said since the last answer. */
  failed(error: unknown): void;
  close(): void;
}

/** Milliseconds until the second try to connect; each further one takes twice as long. */
const reconnectAfter = 1000;

/** Most milliseconds between two tries: somebody who waits for a Redis that is gone for good costs nothing. */
const longestWait = 15_000;

/** Milliseconds in which an answer has to come. */
const patience = 20_000;

/** What an error says; those of several addresses have a code only. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" && "code" in error ? String(error.code) : error.message;
};

/** Connects, and connects again whenever the connection is lost; `note` gets what a person should know. */
export const openRedis = ({ url, shown }: RedisAddress, note: (text: string) => void): RedisLink => {
  const client = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: 10_000,
    retryStrategy: (times) => Math.min(longestWait, reconnectAfter * 2 ** Math.min(times - 1, 10)),
  });
  let silent = true;
  const failed = (error: unknown): void => {
    if (silent) note(`Redis at ${shown}: ${messageOf(error)}; trying again`);
    silent = false;
  };
  client.on("error", failed);
  return {
    client,
    failed,
    async ask(question) {
      if (client.status !== "ready") return undefined;
      const ended = new AbortController();
      try {
        const answered = question().then((answer) => ({ answer }));
        const late = pause(patience, "late", { signal: ended.signal, ref: false }).catch(() => "late");
        const first = await Promise.race([answered, late]);
        if (typeof first === "string") {
          failed(new Error(`no answer within ${patience / 1000} s`));
          // What was sent is sent again over another connection.
          if (client.status === "ready") client.disconnect(true);
          return undefined;
        }
        if (!silent) note(`Redis at ${shown} is back`);
        silent = true;
        return first;
      } catch (error) {
        failed(error);
        return undefined;
      } finally {
        ended.abort();
      }
    },
    close: () => client.disconnect(),
  };
};
