/** `retort schema`: prints the JSON Schema of experiment files, or what it says of one key. */
import { InvalidArgumentError, type Command } from "commander";
import { attempt } from "../../experiments/file/refusals.ts";
import {
  formsOf,
  schemaEntries,
  schemaPart,
  type Form,
  type KeyEntry,
  type SchemaEntry,
} from "../../experiments/reference/schema-entry.ts";
import { fileSchema } from "../../experiments/schema/file-schema.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";

/** The schema as text, as it is in `schema/experiment.json`. */
export const schemaText = (): string => `${JSON.stringify(fileSchema, null, 2)}\n`;

/** What a table has room for. */
const short = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 3)}...` : text);

const defaultText = ({ default: fallback, required }: KeyEntry): string => fallback ?? (required ? "required" : "none");

const keysTable = (keys: readonly KeyEntry[]): string =>
  table(
    ["key", "type", "default", "meaning"],
    keys.map((entry) => [
      entry.key,
      short(entry.type, 40),
      short(defaultText(entry), 24),
      short(entry.meaning.split(/(?<=\.) /u)[0]!, 80),
    ]),
  );

const formName = (form: Form): string => form.type ?? form.keys.find(({ required }) => required)?.key ?? "";

/** The members of a family, or the keys of an object. */
const formsText = (forms: readonly Form[]): string => {
  const [only] = forms;
  if (only === undefined) return "";
  if (forms.length === 1) return `\n${keysTable(only.keys)}\n`;
  const rows = forms.map((form) => [
    formName(form),
    short(form.keys.map(({ key }) => key).join(", "), 60),
    form.meaning,
  ]);
  return `\n${table(["one of", "keys", "meaning"], rows)}\n`;
};

const entryText = (pointer: string, entry: SchemaEntry): string => {
  const { type, meaning, example, members, located } = entry;
  const lines = [
    `${pointer === "" ? "an experiment file" : pointer}${members.length === 0 ? "" : ` of ${members.join(", ")}`}`,
    ...(meaning === "" ? [] : [`  ${meaning}`]),
    `  type      ${type}`,
    `  default   ${defaultText(entry)}`,
    `  example   ${JSON.stringify(example)}`,
    `  in        ${located.pointer === "" ? "the schema itself" : located.pointer}`,
  ];
  return `${lines.join("\n")}\n${formsText(formsOf(located))}`;
};

const print = (pointer: string | undefined, json: boolean, terminal: Terminal): void => {
  if (pointer === undefined) return void terminal.output.write(schemaText());
  const entries = attempt(() => schemaEntries(pointer));
  if ("message" in entries) throw new InvalidArgumentError(entries.message);
  const text = json
    ? `${JSON.stringify(schemaPart(entries.part), null, 2)}\n`
    : entries.part.map((entry) => entryText(pointer, entry)).join("\n");
  terminal.output.write(text);
};

/** Adds description, arguments, options and action to the command. */
export const addSchema = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Prints the JSON Schema of experiment files: every part, with defaults, ranges and descriptions. With a " +
        "pointer, what it says of one key: type, default, meaning, an example and the sections that have it.",
    )
    .argument("[pointer]", "a key of an experiment file, such as /objective/alpha")
    .option("--json", "print the schema of that key as JSON")
    .addHelpText(
      "after",
      `
Examples:
  retort schema > experiment.schema.json
  retort schema /objective/alpha
  retort schema /training --json`,
    )
    .action((pointer: string | undefined, { json = false }: { json?: boolean }) => print(pointer, json, terminal));
};
