/** The failure of a request, with what the one who decides about another attempt needs to know. */

/** Facts about a failure. */
export interface RemoteFacts {
  /**
   * Whether the same request may succeed later: after a lost connection, a time-out, an overloaded server, an answer
   * that makes no sense.
   */
  readonly retryable: boolean;
  /** Milliseconds that the server requests to wait before. */
  readonly retryAfter?: number | undefined;
  /** HTTP status of the answer, when there was one. */
  readonly status?: number | undefined;
}

/**
 * A request without a usable answer. The facts are plain properties, so that they cross threads; one that is not known
 * is not there.
 */
export class RemoteError extends Error implements RemoteFacts {
  override readonly name = "RemoteError";
  readonly retryable: boolean;
  declare readonly retryAfter?: number;
  declare readonly status?: number;

  constructor(message: string, { retryable, retryAfter, status }: RemoteFacts, options?: ErrorOptions) {
    super(message, options);
    this.retryable = retryable;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
    if (status !== undefined) this.status = status;
  }
}
