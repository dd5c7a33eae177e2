/**
 * `retort inspect`: what a model is and what it takes, from its configuration and its headers; weights are not read.
 */
import type { Command } from "commander";
import { tokenizerOf } from "../../experiments/inputs/model.ts";
import { classifierOf } from "../../policies/classification-head.ts";
import { layerCount } from "../../policies/checkpoints/chosen-layers.ts";
import { labelsOf } from "../../policies/checkpoints/classifier.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import { openCheckpoint } from "../../policies/checkpoints/load.ts";
import type { Policy } from "../../policies/policy.ts";
import type { ProgramMemory } from "../../engine/onnx/memory.ts";
import type { MemoryShape } from "../../training/memory/shape.ts";
import { memoryOf, type Use } from "../../training/memory/uses.ts";
import { numberFrom } from "../options/numbers.ts";
import { parameterCount } from "../../policies/initialize.ts";
import { addModelArgument, addModelFlags, locateModel, type ModelFlags } from "../options/named-model.ts";
import type { Terminal } from "../display/terminal.ts";

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
  /** Layers that `layers` of a student chooses among; nothing for a policy that is not made of layers. */
  readonly layers: number | undefined;
  readonly width: number;
  readonly tokenizer: { readonly vocabulary: number; readonly end: string; readonly chatTemplate: boolean } | undefined;
  /** Bytes, all in float32. */
  readonly memory: {
    readonly weights: number;
    /** At the peak of each use, weights included, as ONNX Runtime is expected to take it; nothing for a classifier. */
    readonly uses: (MemoryShape & Readonly<Record<Use, number>>) | undefined;
  };
}

interface InspectOptions extends ModelFlags {
  readonly batch: number;
  readonly length?: number;
  readonly json?: true;
}

const bytesOfFloat = 4;

/** Tokens of a sequence when none are asked for, where the context has so many. */
const usualLength = 1024;

/** Memory of each use. `RangeError` for sequences that the context does not hold. */
const usesOf = (policy: Policy, batch: number, length: number): NonNullable<Inspection["memory"]["uses"]> => {
  if (length < 2 || length > policy.contextLength)
    throw new RangeError(
      `--length: expected 2 to ${policy.contextLength} tokens, the context of the model, got ${length}`,
    );
  const { sampling, scoring, training } = memoryOf(policy, { batch, length });
  const peak = ({ inputs, running }: ProgramMemory): number => inputs + running;
  return { batch, length, sampling: peak(sampling), scoring: peak(scoring), training: peak(training) };
};

const inspect = async (
  model: string,
  { batch, length, ...flags }: InspectOptions,
  terminal: Terminal,
): Promise<Inspection> => {
  const opened = await openCheckpoint(await locateModel(model, flags, terminal));
  const policy = policyOf(opened.config);
  const tokenizer = await tokenizerOf(opened);
  const labels = labelsOf(opened.config);
  const parameters = parameterCount(labels === undefined ? policy : classifierOf(policy, labels));
  const { vocabularySize, contextLength, hiddenSize, config } = policy;
  return {
    model,
    family: String(config["model_type"]),
    parameters,
    labels,
    vocabulary: vocabularySize,
    context: contextLength,
    layers: layerCount(policy),
    width: hiddenSize,
    tokenizer: tokenizer && {
      vocabulary: tokenizer.vocabularySize,
      end: tokenizer.tokenOf(tokenizer.endId),
      chatTemplate: tokenizer.chatTemplate !== undefined,
    },
    memory: {
      weights: bytesOfFloat * parameters,
      uses: labels === undefined ? usesOf(policy, batch, length ?? Math.min(usualLength, contextLength)) : undefined,
    },
  };
};

const size = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const useLines = ({
  batch,
  length,
  ...bytes
}: NonNullable<Inspection["memory"]["uses"]>): readonly (readonly [string, string])[] => {
  const sequences = `${batch.toLocaleString("en")} x ${length.toLocaleString("en")} tokens`;
  return [
    ["sampling", `${size(bytes.sampling)} with the weights, for ${sequences}, half of them prompt`],
    ["scoring", `${size(bytes.scoring)} with the weights, for all log-probs of ${sequences}`],
    [
      "training",
      `${size(bytes.training)} with weights and AdamW, for a step of distillation on ${sequences}; less ` +
        "where parts are frozen",
    ],
  ];
};

/** The text that a person reads. */
export const inspectionText = ({
  model,
  family,
  parameters,
  labels,
  vocabulary,
  context,
  layers,
  width,
  tokenizer,
  memory,
}: Inspection): string => {
  const lines: readonly (readonly [string, string])[] = [
    ["family", family],
    ["parameters", parameters.toLocaleString("en")],
    ...(labels === undefined
      ? []
      : [["scores", `${labels.toLocaleString("en")} of each sequence, instead of next tokens`] as const]),
    ["vocabulary", vocabulary.toLocaleString("en")],
    ["context", `${context.toLocaleString("en")} tokens`],
    ...(layers === undefined ? [] : [["layers", String(layers)] as const]),
    ["width", String(width)],
    [
      "tokenizer",
      tokenizer === undefined
        ? "none"
        : `${tokenizer.vocabulary.toLocaleString("en")} tokens, ends with ${tokenizer.end}, ` +
          `${tokenizer.chatTemplate ? "with" : "without"} a chat template`,
    ],
    ["weights", size(memory.weights)],
    ...(memory.uses === undefined ? [] : useLines(memory.uses)),
  ];
  return `${model}\n\n${lines.map(([name, value]) => `${name.padEnd(10)}  ${value}`).join("\n")}\n`;
};

/** Adds description, arguments, options and action to the command. */
export const addInspect = (command: Command, terminal: Terminal): void => {
  addModelArgument(command)
    .description(
      "Reads a model's configuration and headers, not its weights: family, sizes, tokenizer, and memory in float32.",
    )
    .option("--batch <n>", "sequences at once, for the memory of each use", numberFrom(1, true), 1)
    .option("--length <n>", "tokens of each; 1,024 or the context when left out", numberFrom(2, true))
    .option("--json", "print it as JSON, sizes in bytes");
  addModelFlags(command)
    .addHelpText("after", "\nExample:\n  retort inspect smollm2.gguf")
    .action(async (model: string, options: InspectOptions) => {
      const inspection = await inspect(model, options, terminal);
      terminal.output.write(
        options.json === true ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionText(inspection),
      );
    });
};
