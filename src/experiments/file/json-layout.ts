/** JSON with comments as a person writes it: what fits is written on one line. */
import { isObject, type Json } from "../../files/json.ts";

/** A key of an object, with what it holds. */
export type Member = {
  readonly key: string;
  /** A comment of one line above it. */
  readonly note?: string;
  /** True for an empty line before it. */
  readonly apart?: boolean;
} & ({ readonly value: Json } | { readonly members: readonly Member[] });

/** Columns of a line. */
const WIDTH = 120;

const inline = (value: Json): string => {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(inline).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
};

const block = (value: Json, indent: string, taken: number): string => {
  const line = inline(value);
  // A comma may follow.
  if (indent.length + taken + line.length < WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => inner + block(item, inner, 0));
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (!isObject(value)) return line;
  const members = Object.entries(value).map(([key, item]) => {
    const head = `${JSON.stringify(key)}: `;
    return inner + head + block(item, inner, head.length);
  });
  return `{\n${members.join(",\n")}\n${indent}}`;
};

const object = (members: readonly Member[], indent: string): string => {
  const inner = `${indent}  `;
  const texts = members.map((member) => {
    const head = `${JSON.stringify(member.key)}: `;
    const body = "members" in member ? object(member.members, inner) : block(member.value, inner, head.length);
    const note = member.note === undefined ? "" : `${inner}// ${member.note.replaceAll(/\s+/gu, " ")}\n`;
    return `${member.apart === true ? "\n" : ""}${note}${inner}${head}${body}`;
  });
  return `{\n${texts.join(",\n")}\n${indent}}`;
};

/** The text of an object, with a line end. */
export const layout = (members: readonly Member[]): string => `${object(members, "")}\n`;
