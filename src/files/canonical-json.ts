/** One text for one value (RFC 8785): keys sorted, no spaces, so that equal values have equal hashes. */
import { createHash } from "node:crypto";
import { isObject } from "./json.ts";

/**
 * The value as text, whatever the order of its keys; keys that hold `undefined` are left out. `TypeError` for what JSON
 * cannot hold: functions, NaN, infinities.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    const members = entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
    return `{${members.join(",")}}`;
  }
  const finite = typeof value !== "number" || Number.isFinite(value);
  if (
    value === null ||
    ((typeof value === "boolean" || typeof value === "number" || typeof value === "string") && finite)
  ) {
    return JSON.stringify(value);
  }
  throw new TypeError(`canonicalJson: expected plain JSON, got ${typeof value === "number" ? value : typeof value}`);
};

/** sha256 of the canonical text, 64 hexadecimal digits. */
export const contentHash = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");
