/** The name of a sequence, whoever wrote it. */
import { createHash } from "node:crypto";
import type { Rollout } from "../../rollouts/rollout.ts";

/** sha256 of its prompt's and its completion's ids, as 64 hexadecimal digits. */
export const sequenceKey = ({ promptTokens, tokens }: Pick<Rollout, "promptTokens" | "tokens">): string => {
  const bytes = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
  const lengths = Int32Array.of(promptTokens.length, tokens.length);
  return createHash("sha256").update(bytes(lengths)).update(bytes(promptTokens)).update(bytes(tokens)).digest("hex");
};
