/** Rows of a table as lines of prompts: the texts of their columns, put into templates. */
import { Type, type Static } from "@sinclair/typebox";
import { filled, namesIn } from "../template.ts";
import { quoted } from "../../files/quoted.ts";
import { defined } from "../../optional/defined.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** What is put instead of some text. */
const Replacement = closedObject({
  start: Type.String({ minLength: 1, maxLength: 1000, description: "Where what is replaced begins." }),
  end: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description: "Where it ends, the next one; both go too. The start alone when left out.",
    }),
  ),
  by: Type.String({ default: "", maxLength: 1000, description: "What is put there instead." }),
});

/** Properties of a task whose lines are made of columns. */
export const rowTemplates = {
  prompt: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100_000,
      description:
        'What the prompt is made of, for lines with other keys than "prompt": names of their keys in braces, ' +
        'with dots to what is inside one, are replaced by their texts, as in "Q: {question}" or "{translation.en}".',
    }),
  ),
  reference: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100_000,
      description: 'What the reference is made of, in the same way, as in "{answer}".',
    }),
  ),
  replace: Type.Optional(
    Type.Array(Replacement, {
      minItems: 1,
      maxItems: 64,
      description: "What is replaced in the texts before they are put in, one after another.",
    }),
  ),
};

/** Values of `rowTemplates`. */
export type RowTemplates = Static<ReturnType<typeof Type.Object<typeof rowTemplates>>>;

/** Most characters of a text after its replacements. */
const longest = 2 ** 22;

/** The columns that templates name, without what is inside them. */
export const templateColumns = ({ prompt = "", reference = "" }: RowTemplates): readonly string[] => [
  ...new Set([prompt, reference].flatMap(namesIn).map((name) => name.split(".")[0]!)),
];

/** What is left of the text around what is replaced. */
const around = (text: string, { start, end }: Pick<Static<typeof Replacement>, "start" | "end">): readonly string[] => {
  if (end === undefined) return text.split(start);
  const parts: string[] = [];
  let at = 0;
  for (let from = text.indexOf(start); from >= 0; from = text.indexOf(start, at)) {
    const to = text.indexOf(end, from + start.length);
    if (to < 0) break;
    parts.push(text.slice(at, from));
    at = to + end.length;
  }
  return [...parts, text.slice(at)];
};

const replaced = (text: string, replacement: Static<typeof Replacement>, location: string): string => {
  const [parts, { by }] = [around(text, replacement), replacement];
  const length = parts.reduce((sum, part) => sum + part.length, (parts.length - 1) * by.length);
  if (length <= longest) return parts.join(by);
  throw new RangeError(`${location}: expected at most ${longest} characters after replacements, got ${length}`);
};

const inside = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

const textAt = (row: unknown, name: string, location: string): string => {
  const value = name.split(".").reduce(inside, row);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const keys = typeof row === "object" && row !== null ? Object.keys(row).slice(0, 20) : [];
  const known = keys.length === 0 ? "no keys" : keys.map((key) => `{${key}}`).join(", ");
  throw new RangeError(
    `${location}: expected a text {${name}}, got ${value === undefined ? "none" : quoted(value)}; ` +
      `the line has ${known}`,
  );
};

/**
 * The row with the prompt and the reference that the templates make of it; as it is without templates. `RangeError`
 * with the location for a name that has no text, and for more than can be meant.
 */
export const shapeRow = (
  row: unknown,
  location: string,
  { prompt, reference, replace = [] }: RowTemplates,
): unknown => {
  if (prompt === undefined && reference === undefined) return row;
  const fill = (template: string): string =>
    filled(template, (name) =>
      replace.reduce((text, replacement) => replaced(text, replacement, location), textAt(row, name, location)),
    );
  return {
    ...(row as object),
    ...defined({
      prompt: prompt === undefined ? undefined : fill(prompt),
      reference: reference === undefined ? undefined : fill(reference),
    }),
  };
};
