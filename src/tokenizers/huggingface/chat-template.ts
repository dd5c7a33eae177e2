/** Where a checkpoint keeps the template of its conversations. */
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { quoted } from "./part.ts";
import type { TokenizerDocuments } from "./special-tokens.ts";

const Named = Type.Array(Type.Object({ name: Type.String(), template: Type.String() }), { maxItems: 64 });

/**
 * The chat template: `chat_template.jinja`, or `chat_template` of `tokenizer_config.json`, a text or a list of named
 * ones of which `name` is taken; `undefined` where there is none. `TypeError` for another form, `RangeError` when the
 * list has no such name.
 */
export const chatTemplateOf = (documents: TokenizerDocuments, name = "default"): string | undefined => {
  const file = documents["chat_template.jinja"];
  if (file !== undefined) {
    if (typeof file !== "string") throw new TypeError(`chat_template.jinja: expected a text, got ${quoted(file)}`);
    return file;
  }
  const config = documents["tokenizer_config.json"];
  const given: unknown =
    typeof config === "object" && config !== null && "chat_template" in config ? config.chat_template : undefined;
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string") return given;
  if (!Value.Check(Named, given)) {
    throw new TypeError(
      `tokenizer_config.json: expected a text or a list of { name, template } at /chat_template, got ${quoted(given)}`,
    );
  }
  const found = given.find((each) => each.name === name);
  if (found !== undefined) return found.template;
  throw new RangeError(
    `tokenizer_config.json: expected a chat template named ${quoted(name)}, got ` +
      `${given.map((each) => quoted(each.name)).join(", ")}`,
  );
};
