/** `retort tokenizer inspect`: what a tokenizer is, and what it makes of a text or a file. */
import { Option, type Command } from "commander";
import { fileTexts } from "../../../experiments/inputs/file-texts.ts";
import { namedTokenizer } from "../../../experiments/inputs/named-tokenizer.ts";
import { defined } from "../../../optional/defined.ts";
import { tokenizerFacts, type TokenizerFacts } from "../../../tokenizers/facts.ts";
import type { ModelTokenizer } from "../../../tokenizers/huggingface/tokenizer.ts";
import { tokenTexts } from "../../../tokenizers/token-texts.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";
import { addHubFlags, hubOptions, modelHelp, type HubFlags } from "../../options/hub.ts";
import { addTemplateOptions, type TemplateFlags } from "../../options/template-options.ts";
import { countTexts, rateText, type TokenCounts } from "./token-counts.ts";

/** What the command reports; `--json` prints it as it is. */
export interface TokenizerInspection extends TokenizerFacts {
  readonly tokenizer: string;
  /** Of `--text`: each token and the text that it adds. Absent where the tokenizer refuses the text. */
  readonly pieces?: readonly { readonly id: number; readonly text: string; readonly unknown: boolean }[];
  /** Of `--text`, or of `--file`. */
  readonly counts?: TokenCounts;
}

interface InspectOptions extends HubFlags, TemplateFlags {
  readonly text?: string;
  readonly file?: string;
  readonly json?: true;
}

const piecesOf = (
  tokenizer: ModelTokenizer,
  text: string,
  unknownId: number | undefined,
): NonNullable<TokenizerInspection["pieces"]> => {
  const ids = tokenizer.encode(text);
  const texts = tokenTexts(tokenizer, ids);
  return ids.map((id, i) => ({ id, text: texts[i]!, unknown: id === unknownId }));
};

const inspect = async (name: string, options: InspectOptions, terminal: Terminal): Promise<TokenizerInspection> => {
  const { text, file, prompt, reference } = options;
  const hub = hubOptions(options, terminal);
  const tokenizer = await namedTokenizer(name, hub);
  const facts = tokenizerFacts(tokenizer);
  const texts = file === undefined ? text : await fileTexts(file, defined({ prompt, reference }), hub);
  if (texts === undefined) return { tokenizer: name, ...facts };
  const counts = countTexts(tokenizer, typeof texts === "string" ? [texts] : texts, facts.unknown?.id);
  const pieces = text === undefined || counts.refused > 0 ? undefined : piecesOf(tokenizer, text, facts.unknown?.id);
  return { tokenizer: name, ...facts, ...defined({ pieces }), counts };
};

const countsText = (counts: TokenCounts): readonly (readonly [string, string])[] => [
  ["texts", counts.texts.toLocaleString("en")],
  ["tokens", `${counts.tokens.toLocaleString("en")}, ${rateText(counts)}`],
  ["unknown", counts.unknown.toLocaleString("en")],
  ...(counts.reason === undefined
    ? []
    : [["refused", `${counts.refused.toLocaleString("en")}: ${counts.reason}`] as const]),
];

/** The text that a person reads. */
const inspectionText = (found: TokenizerInspection): string => {
  const { tokenizer, type, vocabulary, special, end, pad, unknown, chatTemplate, pieces, counts } = found;
  const lines: readonly (readonly [string, string])[] = [
    ["type", type],
    ["vocabulary", `${vocabulary.toLocaleString("en")} tokens`],
    ["special", special.map(({ id, token }) => `${token} ${id}`).join(", ") || "none"],
    ["ends with", `${end.token} ${end.id}, padding ${pad.token} ${pad.id}`],
    ["unknown", unknown === undefined ? "no token: text without ids is refused" : `${unknown.token} ${unknown.id}`],
    ["chat", chatTemplate ? "with a template" : "without a template"],
  ];
  const rows = (all: readonly (readonly [string, string])[]): string =>
    all.map(([key, value]) => `${key.padEnd(10)}  ${visible(value)}\n`).join("");
  const split = pieces?.map((piece) => `${piece.id} ${piece.unknown ? "unknown" : JSON.stringify(piece.text)}`);
  return [
    `${visible(tokenizer)}\n\n${rows(lines)}`,
    ...(counts === undefined ? [] : [`\n${rows(countsText(counts))}`]),
    ...(split === undefined ? [] : [`\n${split.map((line) => `${visible(line)}\n`).join("")}`]),
  ].join("");
};

/** Adds description, arguments, options and action to the command `retort tokenizer inspect`. */
export const addTokenizerInspect = (command: Command, terminal: Terminal): void => {
  command
    .description("Says what a tokenizer is: type, vocabulary, special tokens; and what it makes of a text or a file.")
    .argument("<tokenizer>", `a tokenizer.json, or ${modelHelp}`)
    .addOption(new Option("--text <text>", "a text, whose pieces are shown").conflicts("file"))
    .option("--file <file>", "a file whose texts are counted: JSON lines, CSV or Parquet with prompts, .txt or .md")
    .option("--json", "print it as JSON");
  addHubFlags(addTemplateOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  retort tokenizer inspect tokenizer.json --text "What is 2 + 2?"
  retort tokenizer inspect runs/mine/run-0a1b2c3d/student --file questions.jsonl`,
    )
    .action(async (name: string, options: InspectOptions) => {
      const found = await inspect(name, options, terminal);
      terminal.output.write(options.json === true ? `${JSON.stringify(found, null, 2)}\n` : inspectionText(found));
    });
};
