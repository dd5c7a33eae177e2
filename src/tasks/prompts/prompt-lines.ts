/** The lines of a file of prompts: a text or a conversation each, with a reference where there is a right answer. */
import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { chatPrompt } from "../../tokenizers/chat/prompt.ts";
import type { ModelTokenizer } from "../../tokenizers/huggingface/tokenizer.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { quoted } from "../../files/quoted.ts";
import { defined } from "../../optional/defined.ts";
import { missingPrompt } from "./row-keys.ts";

/** A line, and its location. */
export interface PromptLine {
  readonly text: string;
  readonly reference: string | undefined;
  /** A completion that is worse than the reference; absent when there is none. */
  readonly rejected?: string;
  /** Absent when there are none. */
  readonly tests?: readonly string[];
  /** Texts of other keys, by the names that were asked for; absent when none were. */
  readonly fields?: Readonly<Record<string, string>>;
  /** True for messages that a template wrote; absent for a prompt. */
  readonly conversation?: true;
  /** `<path>:<line>`. */
  readonly location: string;
}

const reference = Type.Optional(Type.String());
const tests = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 1000 }));
const answer = { reference, tests, chosen: reference, rejected: reference };
const Answer = Type.Object(answer);
const TextLine = Type.Object({ prompt: Type.String({ minLength: 1 }), ...answer });
const Message = Type.Object({ role: Type.String({ minLength: 1 }), content: Type.String() });
const ChatLine = Type.Object({ messages: Type.Array(Message, { minItems: 1 }), ...answer });

/** What of a tokenizer may know how its model writes conversations. */
export type Writer = Pick<Tokenizer, "endId"> & Partial<Pick<ModelTokenizer, "chatTemplate" | "beginId" | "tokenOf">>;

/** The conversation as the model's template writes it, up to where the assistant answers. */
const conversation = (
  { messages }: Static<typeof ChatLine>,
  { chatTemplate, beginId, endId, tokenOf }: Writer,
  location: string,
): string => {
  if (chatTemplate === undefined || tokenOf === undefined) {
    throw new RangeError(
      `${location}: expected a tokenizer with a chat template for messages, got one without; give a prompt instead`,
    );
  }
  const tokens = { eos_token: tokenOf(endId), ...(beginId === undefined ? {} : { bos_token: tokenOf(beginId) }) };
  try {
    return chatPrompt(chatTemplate, messages, { addGenerationPrompt: true, tokens });
  } catch (cause) {
    // A template may refuse by an error of its own.
    throw new RangeError(`${location}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

/** The better one of two completions, which may be called reference or chosen, and the worse one. */
const pairOf = (
  { reference, chosen, rejected }: Static<typeof Answer>,
  location: string,
): Pick<PromptLine, "reference" | "rejected"> => {
  if (reference !== undefined && chosen !== undefined)
    throw new RangeError(`${location}: expected "reference" or "chosen", got both`);
  const better = reference ?? chosen;
  if (rejected === undefined) return { reference: better };
  if (better === undefined || better === rejected) {
    throw new RangeError(
      `${location}: expected "chosen" beside "rejected", and another one, got ` +
        `${better === undefined ? "none" : "the same"}`,
    );
  }
  return { reference: better, rejected };
};

/** The location of a line, and what is read of it. */
interface Reading {
  readonly location: string;
  /** Names of further texts. */
  readonly names: readonly string[];
}

const fieldsOf = (line: object, { names, location }: Reading): Pick<PromptLine, "fields"> => {
  if (names.length === 0) return {};
  const fields = names.map((name) => {
    const value: unknown = Object.hasOwn(line, name) ? (line as Readonly<Record<string, unknown>>)[name] : undefined;
    if (typeof value === "string") return [name, value] as const;
    throw new RangeError(
      `${location}: expected a text "${name}", which the task's "fields" name, got ` +
        `${value === undefined ? "none" : quoted(value)}`,
    );
  });
  return { fields: Object.fromEntries(fields) };
};

const lineOf = (text: string, line: Static<typeof Answer>, reading: Reading): PromptLine => {
  const { tests, ...completions } = line;
  return {
    text,
    ...pairOf(completions, reading.location),
    ...defined({ tests }),
    ...fieldsOf(line, reading),
    location: reading.location,
  };
};

/**
 * Reads one line: `{ "prompt": "..." }` or `{ "messages": [{ "role": "user", "content": "..." }] }`, each with a
 * `reference` (or `chosen`) or without, with a worse completion (`rejected`) beside it or without, and with `tests` of
 * the code that it asks for or without; of other keys the texts of `names` are read. `RangeError` with the location for
 * another form, for a name without a text, and for messages where `writer` has no chat template or its template
 * refuses them.
 */
export const readPromptLine = (
  value: unknown,
  location: string,
  writer: Writer,
  names: readonly string[] = [],
): PromptLine => {
  const reading = { location, names };
  if (Value.Check(TextLine, value)) return lineOf(value.prompt, value, reading);
  if (Value.Check(ChatLine, value))
    return { ...lineOf(conversation(value, writer, location), value, reading), conversation: true };
  if (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !("prompt" in value || "messages" in value)
  )
    throw new RangeError(`${location}: ${missingPrompt(Object.keys(value))}`);
  const form = typeof value === "object" && value !== null && "messages" in value ? ChatLine : TextLine;
  const problem = Value.Errors(form, value).First();
  const expected =
    problem?.path === ""
      ? "an object with prompt or messages"
      : `${problem?.message.toLowerCase().replace(/^expected /, "")} at ${problem?.path}`;
  throw new RangeError(`${location}: expected ${expected}, got ${quoted(problem?.value)}`);
};
