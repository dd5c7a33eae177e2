/** The policies of the bench of memory. */
import { llama } from "../src/policies/families/llama.ts";
import type { Policy } from "../src/policies/policy.ts";
import type { MemoryShape } from "../src/training/memory/shape.ts";

/** A policy and a batch. */
export interface MemorySizes extends MemoryShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabularySize: number;
  readonly keyValueHeads?: number;
  readonly hidden?: number;
}

/** The policy of these sizes. */
export const policyOf = ({ layers, width, heads, vocabularySize, keyValueHeads, hidden }: MemorySizes): Policy => {
  const optional = { ...(keyValueHeads !== undefined && { keyValueHeads }), ...(hidden !== undefined && { hidden }) };
  const sizes = { layers, width, heads, ...optional, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
  return llama.create(sizes, { vocabularySize, contextLength: 2048 });
};
