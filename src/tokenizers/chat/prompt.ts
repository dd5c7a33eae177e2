/** The text of a conversation as a model was trained on it, from the template in its checkpoint. */
import { render } from "./jinja.ts";

/** One message. Templates may read other members, such as `tool_calls` or `reasoning_content`. */
export interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
  readonly [member: string]: unknown;
}

/** What a template sees beside the messages. */
export interface ChatOptions {
  /** Ends with the beginning of the assistant's answer. */
  readonly addGenerationPrompt: boolean;
  /** Texts of special tokens by the names of transformers: `bos_token`, `eos_token`. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Descriptions of tools, as JSON Schema. */
  readonly tools?: readonly unknown[];
  /** Other variables of the template, such as `enable_thinking` or `date_string`. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Characters of all messages, as JSON. */
const mostCharacters = 1 << 20;

const charactersOf = (value: unknown): number => {
  try {
    return JSON.stringify(value).length;
  } catch (cause) {
    throw new RangeError(
      "chat template: expected messages, tools and variables that JSON can hold, got a value in itself, or too deep",
      { cause },
    );
  }
};

/**
 * The prompt of a conversation, as `apply_chat_template` of transformers makes it. It begins with begin-of-sequence
 * where the template says so: encode it with `encode` alone. A template is data of a stranger: it is refused when it
 * runs too long or writes too much. There is no clock in it; where it wants a date, give it as a variable. Errors are
 * those of `render`; `RangeError` without messages, with too many characters, or with what JSON cannot hold.
 */
export const chatPrompt = (template: string, messages: readonly ChatMessage[], options: ChatOptions): string => {
  const length = charactersOf([messages, options]);
  if (messages.length === 0) throw new RangeError("chat template: expected at least one message, got none");
  if (length > mostCharacters)
    throw new RangeError(`chat template: expected messages of at most ${mostCharacters} characters, got ${length}`);
  const { addGenerationPrompt, tokens = {}, tools = null, variables = {} } = options;
  return render(template, {
    documents: null,
    ...tokens,
    ...variables,
    messages,
    tools,
    add_generation_prompt: addGenerationPrompt,
  });
};
