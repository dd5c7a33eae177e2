/** The settings of a training run as schemas: data, rollouts, optimizer. Their defaults are the vetted values. */
import { Type, type Static } from "@sinclair/typebox";
import { scheduleSchema } from "../../objectives/schedules/schedule.ts";
import { behaviors, type BehaviorValues } from "../../rollouts/behaviors/index.ts";
import { CheckSettings } from "./check-settings.ts";
import { CheckpointSettings } from "./checkpoint-settings.ts";
import { shapingSettings } from "./shaping-settings.ts";
import { closedObject } from "../../plugins/closed-object.ts";
import { optimizers, type OptimizerValues } from "../optimizers/index.ts";

/** Where the training sequences come from. */
export const DataSettings = closedObject(
  {
    examples: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "How many of the task's training prompts are used, from the first on; all of them when left out.",
      }),
    ),
    onPolicyFraction: scheduleSchema("lambda of GKD: the share of sequences that the student samples.", {
      minimum: 0,
      maximum: 1,
      default: 1,
    }),
    offPolicy: Type.Union([Type.Literal("references"), Type.Literal("teacher")], {
      default: "references",
      description:
        "Who writes the other sequences. references: the task's own answers. teacher: one completion of each " +
        "prompt, drawn at the teacher's temperature and the same in every pass.",
    }),
    mixing: Type.Union([Type.Literal("step"), Type.Literal("sequence")], {
      default: "step",
      description: "step: one coin for a whole step (Algorithm 1). sequence: one coin for each prompt.",
    }),
    adaptive: Type.Optional(
      closedObject(
        {
          rise: Type.Number({ default: 0.1, exclusiveMinimum: 0, maximum: 1, description: "What lambda rises by." }),
          tolerance: Type.Number({
            default: 0.1,
            minimum: 0,
            description: "Nats by which the validation loss must have grown for a rise.",
          }),
          prompts: Type.Integer({
            default: 64,
            minimum: 1,
            description:
              "Training prompts that are held out, the last ones; the student's mean loss per token of their " +
              "references is the validation loss.",
          }),
        },
        {
          description:
            "lambda starts at onPolicyFraction and rises at evaluations when the student has become worse on " +
            "held-out references (DistiLLM).",
        },
      ),
    ),
    replay: Type.Optional(
      closedObject(
        {
          capacity: Type.Integer({
            default: 1000,
            minimum: 1,
            description: "Sequences that are remembered, the newest; none is replayed before there are as many.",
          }),
          fresh: scheduleSchema("Share of the student's sequences that are drawn anew.", {
            minimum: 0,
            maximum: 1,
            default: { from: 1, to: 0 },
          }),
        },
        { description: "The student's sequences of earlier steps are learned from again, scored anew (DistiLLM)." },
      ),
    ),
  },
  { description: "Which training prompts are used, and whose answers the student learns from." },
);
/** Values of `DataSettings`. */
export type DataSettings = Static<typeof DataSettings>;

/**
 * How the student answers while it trains. Importance ratios are made with the log-probs under what really drew, after
 * all of it: temperature, shaping, behavior. What top-k, top-p and min-p rule out is never seen, and no ratio brings it
 * back: with them an estimate is of the shaped policy.
 */
export const RolloutSettings = closedObject(
  {
    group: Type.Integer({
      default: 4,
      minimum: 1,
      maximum: 1024,
      description: "Completions of each prompt (G). The batch is a multiple of it.",
    }),
    temperature: Type.Number({ default: 1, exclusiveMinimum: 0, description: "Sampling temperature of the student." }),
    ...shapingSettings,
    behavior: Type.Unsafe<BehaviorValues>({
      ...behaviors.schema,
      default: { type: "student" },
      description: "What draws the tokens of the student's completions; evaluations are always the student's own.",
    }),
    stop: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description:
          "Texts that end a completion, in evaluations too: it is cut after the token that completes one, " +
          "and its text is without it. Rows are drawn to their end all the same.",
      }),
    ),
    maxNewTokens: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "Tokens after which a completion is cut; the task's longest reference when left out.",
      }),
    ),
    maxStaleness: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 64,
        description:
          "Steps that are drawn and scored ahead of the learner (n), while it learns from earlier ones: step " +
          "k is drawn with the weights after step max(0, k - 1 - n), however fast the machine is. 0, as when " +
          "left out: strictly on-policy. Each step ahead keeps one more copy of the weights.",
      }),
    ),
    chunk: Type.Integer({
      default: 32,
      minimum: 1,
      maximum: 1_048_576,
      description:
        "Completions sampled and scored in one go: while one chunk is scored the next one is sampled. A " +
        "multiple of the group lets each prompt be read once.",
    }),
  },
  { description: "How completions are drawn." },
);
/** Values of `RolloutSettings`. */
export type RolloutSettings = Static<typeof RolloutSettings>;

/** What turns gradients into steps. */
export const OptimizerSettings = Type.Unsafe<OptimizerValues>({
  ...optimizers.schema,
  description: "What turns gradients into steps.",
});
/** Values of `OptimizerSettings`. */
export type OptimizerSettings = Static<typeof OptimizerSettings>;

/**
 * Learning rate over the run: linear warm-up from 0, then `hold` steps at the peak, then a decay, to a fraction of it
 * or as the steps go on.
 */
export const ScheduleSettings = closedObject(
  {
    warmup: Type.Integer({ default: 0, minimum: 0, description: "Steps of linear warm-up." }),
    hold: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: "Steps at the peak after the warm-up, before it falls; none when left out.",
      }),
    ),
    decay: Type.Union(
      [Type.Literal("constant"), Type.Literal("linear"), Type.Literal("cosine"), Type.Literal("inverse-square-root")],
      {
        default: "linear",
        description:
          "How it falls from its peak to the fraction of it that final is. inverse-square-root: sqrt(n / step), n " +
          "the steps of warm-up and hold, at least 1; neither that nor constant reads final.",
      },
    ),
    final: Type.Number({
      default: 0.05,
      minimum: 0,
      maximum: 1,
      description: "Fraction of the peak at the last step, for linear and cosine.",
    }),
  },
  { description: "The learning rate over the steps: a linear warm-up from 0, then a decay." },
);
/** Values of `ScheduleSettings`. */
export type ScheduleSettings = Static<typeof ScheduleSettings>;

/** A part of a name, as `namesMatching` reads it. */
const NamePattern = Type.String({ minLength: 1, maxLength: 256 });

const patternForm = 'Each is a part of a name, between its dots; "*" is any part, "0-3" a number from 0 to 3';

/** Low-rank adapters (LoRA, Hu et al., 2021). */
const AdapterSettings = closedObject(
  {
    rank: Type.Integer({
      default: 8,
      minimum: 1,
      maximum: 65_536,
      description: "r: rank of what is added to a layer's weight.",
    }),
    alpha: Type.Number({ default: 16, exclusiveMinimum: 0, description: "What is added is scaled by alpha / rank." }),
    targets: Type.Array(NamePattern, {
      minItems: 1,
      description: `Linear layers that get one. ${patternForm}: ["q_proj", "v_proj"], ["layers.0-3.mlp"].`,
    }),
  },
  { description: "Adapters are trained beside the student, which stays as it is; at the end they are merged into it." },
);

/** The optimisation itself. */
export const TrainingSettings = closedObject(
  {
    steps: Type.Integer({
      minimum: 1,
      description: "Steps: each draws and scores a batch of sequences and learns from it.",
    }),
    batch: Type.Integer({ default: 64, minimum: 1, maximum: 1_048_576, description: "Sequences in each step." }),
    microBatch: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_048_576,
        description:
          "Sequences that the learner reads at once: the gradients of a step's parts are added up, and are those of " +
          "the whole batch, in less memory. The whole batch when left out.",
      }),
    ),
    recompute: Type.Optional(
      Type.Boolean({
        description:
          "Whether activations are computed again in the backward pass instead of being kept for it: a second " +
          "forward pass for memory. What it saves was measured on no whole process yet. Not when left out.",
      }),
    ),
    updates: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 1024,
      description:
        "Optimizer steps on each step's sequences. After the first they are stale: more than 1 asks for an " +
        "objective with importance weights or clipping.",
    }),
    optimizer: OptimizerSettings,
    schedule: ScheduleSettings,
    clipNorm: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: "Gradients are scaled down to this global norm.",
    }),
    inspectEvery: Type.Integer({
      default: 20,
      minimum: 0,
      description:
        "Steps between inspections, from the first step on: the gradient of each term of the objective, its " +
        "size and its angle to the others, whether student and sampler agree, how near the student is to its " +
        "teacher on its own sequences and on others (inspection/own-prefixes/..., inspection/other-prefixes/...), " +
        "how far it is at each token, and what both find likeliest there (in the run's rollouts.jsonl). 0: never.",
    }),
    freeze: Type.Optional(
      Type.Array(NamePattern, {
        minItems: 1,
        description:
          `Parameters of the student that stay as they are. ${patternForm}: ["model.embed_tokens", ` + `"layers.0-3"].`,
      }),
    ),
    adapters: Type.Optional(AdapterSettings),
    checks: CheckSettings,
    checkpoints: CheckpointSettings,
  },
  { description: "How long is trained, in which batches, and with what." },
);
/** Values of `TrainingSettings`. */
export type TrainingSettings = Static<typeof TrainingSettings>;

/**
 * The settings that decide what is learned: without those that only observe, so that a stopped run may resume with
 * others.
 */
export const decisive = ({
  checks: _checks,
  inspectEvery: _inspectEvery,
  checkpoints: _checkpoints,
  ...settings
}: TrainingSettings): Partial<TrainingSettings> => settings;
