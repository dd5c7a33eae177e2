/** `retort inspect`: what a model is and what it takes, from its configuration and its headers; weights are not read. */
import type { Command } from "commander";
import { tokenizerOf } from "../experiments/model.ts";
import { classifierOf } from "../policies/classification-head.ts";
import { labelsOf } from "../policies/checkpoints/classifier.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import { openCheckpoint } from "../policies/checkpoints/load.ts";
import { parameterCount } from "../policies/initialize.ts";
import { addHubFlags, hubOptions, modelHelp, type HubFlags } from "./hub.ts";
import type { Terminal } from "./terminal.ts";

/** What the command reports; `--json` prints it as it is. */
export interface Inspection {
  readonly model: string;
  /** `model_type` of its configuration. */
  readonly family: string;
  readonly parameters: number;
  /** Scores of a classifier or a reward model; nothing for a policy. */
  readonly labels: number | undefined;
  readonly vocabulary: number;
  /** Tokens of prompt and completion together. */
  readonly context: number;
  readonly width: number;
  readonly tokenizer: { readonly vocabulary: number; readonly end: string; readonly chatTemplate: boolean } | undefined;
  /** Bytes, all in float32. */
  readonly memory: {
    /** The weights once, as sampling and scoring hold them. */
    readonly inference: number;
    /** Weights, gradient and both moments of AdamW, and the new weights and moments that an update makes before the old ones go. */
    readonly training: number;
    /** Logits, teacher log-probs and the gradient by the logits, for 1024 tokens; the layers' own activations come on top. */
    readonly logits: number;
  };
}

const bytesOfFloat = 4;

const inspect = async (model: string, flags: HubFlags, terminal: Terminal): Promise<Inspection> => {
  const opened = await openCheckpoint(model, hubOptions(flags, terminal));
  const policy = policyOf(opened.config);
  const tokenizer = await tokenizerOf(opened);
  const labels = labelsOf(opened.config);
  const parameters = parameterCount(labels === undefined ? policy : classifierOf(policy, labels));
  const { vocabularySize, contextLength, hiddenSize, config } = policy;
  const weights = bytesOfFloat * parameters;
  return {
    model,
    family: String(config["model_type"]),
    parameters,
    labels,
    vocabulary: vocabularySize,
    context: contextLength,
    width: hiddenSize,
    tokenizer: tokenizer && {
      vocabulary: tokenizer.vocabularySize,
      end: tokenizer.tokenOf(tokenizer.endId),
      chatTemplate: tokenizer.chatTemplate !== undefined,
    },
    memory: { inference: weights, training: 7 * weights, logits: 3 * 1024 * vocabularySize * bytesOfFloat },
  };
};

const size = (bytes: number): string => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

/** The text that a person reads. */
export const inspectionText = ({
  model,
  family,
  parameters,
  labels,
  vocabulary,
  context,
  width,
  tokenizer,
  memory,
}: Inspection): string => {
  const lines: readonly (readonly [string, string])[] = [
    ["family", family],
    ["parameters", parameters.toLocaleString("en")],
    ...(labels === undefined ? [] : [["scores", `${labels.toLocaleString("en")} of each sequence, instead of next tokens`] as const]),
    ["vocabulary", vocabulary.toLocaleString("en")],
    ["context", `${context.toLocaleString("en")} tokens`],
    ["width", String(width)],
    [
      "tokenizer",
      tokenizer === undefined
        ? "none"
        : `${tokenizer.vocabulary.toLocaleString("en")} tokens, ends with ${tokenizer.end}, ${tokenizer.chatTemplate ? "with" : "without"} a chat template`,
    ],
    ["inference", `${size(memory.inference)} for the weights`],
    ["training", `${size(memory.training)} for weights, gradient and AdamW; less where parts are frozen`],
    ["", `${size(memory.logits)} for the logits of 1,024 tokens, and the layers' activations`],
  ];
  return `${model}\n\n${lines.map(([name, value]) => `${name.padEnd(10)}  ${value}`).join("\n")}\n`;
};

/** Adds the command to the program. */
export const addInspect = (program: Command, terminal: Terminal): void => {
  const command = program
    .command("inspect")
    .summary("say what a model is and what memory it takes")
    .description("Reads a model's configuration and headers, not its weights: family, sizes, tokenizer, and memory in float32.")
    .argument("<model>", modelHelp)
    .option("--json", "print it as JSON, sizes in bytes");
  addHubFlags(command)
    .addHelpText("after", "\nExample:\n  retort inspect smollm2.gguf")
    .action(async (model: string, { json = false, ...flags }: HubFlags & { json?: boolean }) => {
      const inspection = await inspect(model, flags, terminal);
      terminal.output.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionText(inspection));
    });
};
