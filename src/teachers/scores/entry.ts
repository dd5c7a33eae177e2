/**
 * A score as bytes on the disk: a mark, the sha256 of all that follows and of its key, log-probs, and ids where there
 * are some.
 */
import { createHash } from "node:crypto";
import type { TeacherScore } from "../teacher.ts";

/** What every entry begins with. */
const mark = Buffer.from("RTSCORE1", "latin1");
const head = mark.length + 32;

/** How many numbers a score has. */
export interface ScoreSize {
  /** L. */
  readonly positions: number;
  /** V, K, or 1. */
  readonly width: number;
  /** Whether it has ids beside the log-probs. */
  readonly ids: boolean;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const digest = (key: string, parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256").update(key);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The bytes of a score, little-endian; `key` names its sequence, so that no entry passes for another. */
export const encodeEntry = (key: string, { logProbs, ids }: TeacherScore): Uint8Array => {
  const parts = [bytesOf(logProbs), ...(ids === undefined ? [] : [bytesOf(ids)])];
  return Buffer.concat([mark, digest(key, parts), ...parts]);
};

/** Bytes of an entry of this size. */
export const entryBytes = ({ positions, width, ids }: ScoreSize): number => head + positions * width * (ids ? 8 : 4);

/** The score in an entry; nothing when it is not, to the last bit, what `encodeEntry` made for this key. */
export const decodeEntry = (bytes: Uint8Array, key: string, size: ScoreSize): TeacherScore | undefined => {
  if (bytes.length !== entryBytes(size) || !mark.equals(bytes.subarray(0, mark.length))) return undefined;
  const rest = new Uint8Array(bytes.subarray(head));
  if (!digest(key, [rest]).equals(bytes.subarray(mark.length, head))) return undefined;
  const count = size.positions * size.width;
  const logProbs = new Float32Array(rest.buffer, 0, count);
  return size.ids ? { logProbs, ids: new Int32Array(rest.buffer, 4 * count, count) } : { logProbs };
};
