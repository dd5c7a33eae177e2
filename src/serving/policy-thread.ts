/** The thread of a served policy, which is started again when it ends. */
import { createHash } from "node:crypto";
import { prepareEngine } from "../engine/tensorflow/library/environment.ts";
import type { Weights } from "../policies/policy.ts";
import { connect, type Connection } from "../workers/connect.ts";
import { restarting, type Restarting } from "../workers/restarting.ts";
import type { OpenPolicy, PolicyHandlers } from "./policy-worker.ts";

/** What a thread is started for, each time. */
export interface PolicyThreadOptions extends Omit<OpenPolicy, "weights"> {
  /** Read for each thread: a thread takes them over. */
  readonly weights: () => Promise<Weights>;
  /** Starts a thread without a policy. */
  readonly start?: () => Connection<PolicyHandlers>;
}

/** A policy that answers calls. */
export interface PolicyThread extends Restarting<PolicyHandlers> {
  /** The engine that runs it; known once it is ready. */
  readonly engine: () => string;
  /** Ends the thread. */
  close(): Promise<void>;
}

const worker = new URL("./policy-worker.ts", import.meta.url);

/** A call that is cancelled ends after the run of a program, which may be long for a large model. */
const grace = 60_000;

const hashOf = (weights: Weights): string => {
  const hash = createHash("sha256");
  for (const [name, values] of Object.entries(weights))
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
};

/**
 * Starts at the first call. Where the weights that are read for a later thread are not those of the first, it is not
 * started: its answers would be another policy's.
 */
export const policyThread = ({
  weights: read,
  start = () => connect<PolicyHandlers>(worker, { name: "policy" }),
  ...options
}: PolicyThreadOptions): PolicyThread => {
  prepareEngine(options.engine, options.threads);
  let current: Connection<PolicyHandlers> | undefined;
  let first: string | undefined;
  let engine = "";
  let closed = false;
  const thread = restarting<PolicyHandlers>({
    grace,
    start: () => {
      if (closed) throw new Error("worker policy was closed");
      return (current = start());
    },
    prepare: async (connection) => {
      const weights = await read();
      const hash = hashOf(weights);
      first ??= hash;
      if (hash !== first)
        throw new Error("server: expected the weights that were served before, got others; start the server anew");
      engine = await connection.call("open", { ...options, weights }, { transfer: Object.values(weights) });
    },
  });
  return {
    ...thread,
    engine: () => engine,
    async close() {
      closed = true;
      await current?.close().catch(() => undefined);
    },
  };
};
