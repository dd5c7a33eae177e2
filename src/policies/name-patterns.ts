/** Patterns that name parameters and layers, for what is frozen and what gets adapters. */
import { distance } from "fastest-levenshtein";

const range = /^(\d+)-(\d+)$/;

/** Whether one part of a name, between its dots, is what one part of a pattern says. */
const fits = (part: string, wanted: string): boolean => {
  if (wanted === "*" || wanted === part) return true;
  const [, from, to] = range.exec(wanted) ?? [];
  return from !== undefined && /^\d+$/.test(part) && Number(from) <= Number(part) && Number(part) <= Number(to);
};

/** Every run of `count` neighbouring parts of a name. */
const runs = (name: string, count: number): string[][] => {
  const parts = name.split(".");
  return Array.from({ length: Math.max(0, parts.length - count + 1) }, (_, start) => parts.slice(start, start + count));
};

const matches = (pattern: string, name: string): boolean => {
  const wanted = pattern.split(".");
  return runs(name, wanted.length).some((parts) => parts.every((part, i) => fits(part, wanted[i]!)));
};

/** The three parts of names that are most like the pattern. */
const nearest = (pattern: string, names: readonly string[]): string[] => {
  const count = pattern.split(".").length;
  const known = new Set(
    names.flatMap((name) => runs(name, Math.min(count, name.split(".").length)).map((parts) => parts.join("."))),
  );
  return [...known]
    .filter((part) => !/^\d/.test(part))
    .toSorted((a, b) => distance(pattern, a) - distance(pattern, b))
    .slice(0, 3);
};

/**
 * The names that any of the patterns fits, in their own order. A pattern is one or more neighbouring parts of a name,
 * between its dots, where `*` is any part and `0-3` a number from 0 to 3: `model.embed_tokens`, `layers.0-3`, `mlp`,
 * `layers.*.self_attn.q_proj`. `RangeError` for a pattern that fits none, with the nearest that would; `what` begins
 * the message.
 */
export const namesMatching = (what: string, patterns: readonly string[], names: readonly string[]): string[] => {
  const idle = patterns.find((pattern) => !names.some((name) => matches(pattern, name)));
  if (idle !== undefined) {
    const hint = names.length === 0 ? "there are no names" : `the nearest are ${nearest(idle, names).join(", ")}`;
    throw new RangeError(
      `${what}: expected a part of a name, got "${idle}", which fits none of ${names.length}; ${hint}`,
    );
  }
  return names.filter((name) => patterns.some((pattern) => matches(pattern, name)));
};
