/** What the scores of a teacher depend on besides the sequence, as the name of a folder. */
import { createHash } from "node:crypto";
import type { SingleSource } from "../teacher-source.ts";
import type { Detail } from "../teacher.ts";

/** How a teacher is asked. The sizes are there because the last bits of a product may depend on its shape. */
export interface ScoringShape {
  readonly detail: Detail;
  readonly batch: number;
  readonly length: number;
  readonly completion: number;
  /** How many neighbouring rows are read together where they have the same prompt; 1 when left out. */
  readonly together?: number;
  /** Of the engine; absent for a server. */
  readonly engine?: string;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * sha256 of a policy's configuration and weights, or of a server's address and the model there, with temperature and
 * shape: 64 hexadecimal digits.
 */
export const scoresKey = (
  source: SingleSource,
  { detail, batch, length, completion, together = 1, engine }: ScoringShape,
): string => {
  const { temperature } = source;
  const hash = createHash("sha256");
  if ("server" in source) {
    const { url, model } = source.server;
    return hash.update(JSON.stringify([url, model, temperature, detail])).digest("hex");
  }
  const shape = [batch, length, completion, engine, ...(together === 1 ? [] : [together])];
  hash.update(JSON.stringify([source.config, temperature, detail, ...shape]));
  for (const [name, data] of Object.entries(source.weights).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name} ${data.length} `).update(bytesOf(data));
  }
  return hash.digest("hex");
};
