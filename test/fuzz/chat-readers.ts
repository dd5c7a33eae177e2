/** Chat templates and conversations that are fuzzed: each is rendered, or refused. */
import { readFileSync } from "node:fs";
import { render } from "../../src/tokenizers/chat/jinja.ts";
import { chatPrompt, type ChatMessage } from "../../src/tokenizers/chat/prompt.ts";
import { wholeText, type FuzzedReader } from "./reader.ts";

const { templates, cases } = JSON.parse(readFileSync(new URL("../fixtures/chat_reference.json", import.meta.url), "utf8")) as {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly { readonly template: string; readonly messages: readonly ChatMessage[]; readonly tools: unknown }[];
};

/** What a template itself cannot do is said in the words of its language. */
const rendered = (work: () => string): string => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.constructor === Error && error.message.startsWith("chat template: "))
      throw new SyntaxError("template");
    throw error;
  }
};

const template: FuzzedReader = {
  name: "chat-template",
  seeds: Object.values(templates).map((text) => new TextEncoder().encode(text)),
  read: (bytes) =>
    rendered(() =>
      render(new TextDecoder().decode(bytes), { messages: [{ role: "user", content: "Hello you" }], bos_token: "<s>", tools: null }),
    ),
};

/** Members that templates of published models read. */
const rich = {
  template:
    "{% for m in messages %}{{ m.role | upper }}{% if m.tool_calls %}{% for c in m.tool_calls %}{{ c.function | tojson(indent=2) }}{% endfor %}" +
    "{% elif m.content is string %}{{ m.content.split('</think>')[-1].strip() }}{% else %}{% for p in m.content %}{{ p['text'] }}{% endfor %}" +
    "{% endif %}{{ loop.index0 ~ eos_token }}{% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}{% if add_generation_prompt %}>{% endif %}",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hi <b>" }] },
    { role: "assistant", content: "<think>hm</think> Hello", tool_calls: [{ function: { name: "f", arguments: { a: [1, null] } } }] },
  ],
  tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
};

const conversation: FuzzedReader = {
  name: "chat-conversation",
  seeds: [...cases.slice(0, 40).map((one) => ({ ...one, template: templates[one.template]! })), rich].map((one) =>
    new TextEncoder().encode(JSON.stringify(one)),
  ),
  json: wholeText,
  read: (bytes) => {
    const { template: text, messages, tools } = Object(JSON.parse(new TextDecoder().decode(bytes))) as Readonly<Record<string, unknown>>;
    if (!Array.isArray(messages) || typeof text !== "string") throw new TypeError("expected a template and messages");
    return rendered(() =>
      chatPrompt(text, messages as readonly ChatMessage[], {
        addGenerationPrompt: true,
        tokens: { bos_token: "<s>", eos_token: "</s>" },
        ...(Array.isArray(tools) ? { tools: tools as readonly unknown[] } : {}),
      }),
    );
  },
};

/** Every reader of chats. */
export const readers: readonly FuzzedReader[] = [template, conversation];
