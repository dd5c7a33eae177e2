/** Calls that were sent to a worker and wait for their reply. */
import { decodeError } from "./error-data.ts";
import type { Reply } from "./messages.ts";

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly ended: (() => void) | undefined;
}

/**
 * The calls of one connection, by id. A call that was rejected early stays until its reply says that its handler has
 * ended.
 */
export class PendingCalls {
  #last = 0;
  #refusal: Error | undefined;
  readonly #calls = new Map<number, PendingCall>();
  readonly #idle = new Set<() => void>();

  /**
   * A new call; `send` posts it, `ended` is called when it is forgotten. When `send` throws, the call was never made
   * and rejects with that.
   */
  async open(send: (id: number) => void, ended?: () => void): Promise<unknown> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      send(id);
      this.#calls.set(id, { resolve, reject, ended });
    });
  }

  /** Settles a call with its reply, and forgets it. What is about no call is passed over. */
  settle(reply: Reply): void {
    if (reply.kind === "reset") return;
    const call = this.#calls.get(reply.id);
    if (reply.kind === "value") call?.resolve(reply.value);
    else call?.reject(decodeError(reply.error));
    this.#forget(reply.id);
  }

  /** Rejects a call for its caller; it still waits for the reply. */
  reject(id: number, reason: unknown): void {
    this.#calls.get(id)?.reject(reason);
  }

  /** Rejects every call for its caller, for good; they still wait for their replies. `refusal` is the first reason. */
  refuse(reason: Error): void {
    this.#refusal ??= reason;
    for (const { reject } of this.#calls.values()) reject(this.#refusal);
  }

  /** Why no call is taken any more; nothing while calls are taken. */
  get refusal(): Error | undefined {
    return this.#refusal;
  }

  /** Forgets every call: no reply will come. */
  clear(): void {
    for (const id of this.#calls.keys()) this.#forget(id);
  }

  /** Resolves when no call waits for a reply. */
  async idle(): Promise<void> {
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #forget(id: number): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.ended?.();
    if (this.#calls.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
