/** The lines of a file of prompts: a text or a conversation each, with a reference where there is a right answer. */
import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { chatPrompt } from "../tokenizers/chat/prompt.ts";
import type { ModelTokenizer } from "../tokenizers/huggingface/tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** A line, and where it stands. */
export interface PromptLine {
  readonly text: string;
  readonly reference: string | undefined;
  /** A completion that is worse than the reference; absent when there is none. */
  readonly rejected?: string;
  /** Absent when there are none. */
  readonly tests?: readonly string[];
  /** `<path>:<line>`. */
  readonly place: string;
}

const reference = Type.Optional(Type.String());
const tests = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 1000 }));
const answer = { reference, tests, chosen: reference, rejected: reference };
const Answer = Type.Object(answer);
const TextLine = Type.Object({ prompt: Type.String({ minLength: 1 }), ...answer });
const Message = Type.Object({ role: Type.String({ minLength: 1 }), content: Type.String() });
const ChatLine = Type.Object({ messages: Type.Array(Message, { minItems: 1 }), ...answer });

/** A tokenizer that may know how its model writes conversations. */
type Writer = Tokenizer & Partial<Pick<ModelTokenizer, "chatTemplate" | "beginId" | "tokenOf">>;

/** The conversation as the model's template writes it, up to where the assistant answers. */
const conversation = ({ messages }: Static<typeof ChatLine>, { chatTemplate, beginId, endId, tokenOf }: Writer, place: string): string => {
  if (chatTemplate === undefined || tokenOf === undefined) {
    throw new RangeError(`${place}: expected a tokenizer with a chat template for messages, got one without; give a prompt instead`);
  }
  const tokens = { eos_token: tokenOf(endId), ...(beginId === undefined ? {} : { bos_token: tokenOf(beginId) }) };
  try {
    return chatPrompt(chatTemplate, messages, { addGenerationPrompt: true, tokens });
  } catch (cause) {
    // A template may refuse by an error of its own.
    throw new RangeError(`${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

/** The better one of two completions, which may be called reference or chosen, and the worse one. */
const pairOf = ({ reference, chosen, rejected }: Static<typeof Answer>, place: string): Pick<PromptLine, "reference" | "rejected"> => {
  if (reference !== undefined && chosen !== undefined) throw new RangeError(`${place}: expected "reference" or "chosen", got both`);
  const better = reference ?? chosen;
  if (rejected === undefined) return { reference: better };
  if (better === undefined || better === rejected) {
    throw new RangeError(
      `${place}: expected "chosen" beside "rejected", and another one, got ${better === undefined ? "none" : "the same"}`,
    );
  }
  return { reference: better, rejected };
};

const lineOf = (text: string, { tests, ...completions }: Static<typeof Answer>, place: string): PromptLine => ({
  text,
  ...pairOf(completions, place),
  ...(tests === undefined ? {} : { tests }),
  place,
});

/**
 * Reads one line: `{ "prompt": "..." }` or `{ "messages": [{ "role": "user", "content": "..." }] }`, each with a `reference` (or `chosen`) or without,
 * with a worse completion (`rejected`) beside it or without, and with `tests` of the code that it asks for or without; other keys are ignored.
 * `RangeError` with the place for another form, and for messages where the tokenizer has no chat template or its template refuses them.
 */
export const readPromptLine = (value: unknown, place: string, tokenizer: Tokenizer): PromptLine => {
  if (Value.Check(TextLine, value)) return lineOf(value.prompt, value, place);
  if (Value.Check(ChatLine, value)) return lineOf(conversation(value, tokenizer, place), value, place);
  const form = typeof value === "object" && value !== null && "messages" in value ? ChatLine : TextLine;
  const problem = Value.Errors(form, value).First();
  const expected =
    problem?.path === ""
      ? "an object with prompt or messages"
      : `${problem?.message.toLowerCase().replace(/^expected /, "")} at ${problem?.path}`;
  throw new RangeError(`${place}: expected ${expected}, got ${(JSON.stringify(problem?.value) ?? "nothing").slice(0, 60)}`);
};
