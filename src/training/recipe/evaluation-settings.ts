/** The settings of evaluation as a schema. */
import { Type, type Static } from "@sinclair/typebox";
import { measures } from "../../evaluation/measures/index.ts";
import { divergences } from "../../objectives/divergences/index.ts";
import { shapingSettings } from "./shaping-settings.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** How the student is compared with its teacher, token by token. */
const AgreementSettings = closedObject(
  {
    divergences: Type.Array(divergences.schema, {
      default: [{ type: "forward-kl" }, { type: "reverse-kl" }],
      minItems: 1,
      maxItems: 16,
      description: "Of the student from the teacher, in nats, at the teacher's temperature.",
    }),
    topK: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: 1000,
      description: "How many of the teacher's likeliest tokens are looked for among as many of the student's.",
    }),
    prefixes: Type.Union([Type.Literal("references"), Type.Literal("teacher")], {
      default: "references",
      description:
        "Whose sequences are read beside the student's own: the task's references, or what the teacher draws.",
    }),
  },
  {
    description:
      "Compares the student's next-token distributions with the teacher's: on its own completions " +
      "(own-prefixes/forward-kl, /entropy, /teacher-entropy, /top-5-overlap, and the probability that it gives to " +
      "the teacher's likeliest tokens with 0.9 together, /nucleus-mass, and the teacher to its own, " +
      "/teacher-nucleus-mass), on the references or the " +
      "teacher's (reference-prefixes/... or teacher-prefixes/...), and by how much the divergences are " +
      "larger on its own (exposure-gap/...). Means over tokens.",
  },
);

/** Values of one comparison. */
export type AgreementValues = Static<typeof AgreementSettings>;

/** How the student completes test prompts, and what is made of that. */
const modeSettings = {
  prompts: Type.Integer({
    default: 200,
    minimum: 1,
    description: "Test prompts, from the first on; at most the whole split.",
  }),
  temperature: Type.Number({ default: 0, minimum: 0, description: "0 is greedy." }),
  ...shapingSettings,
  samples: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1024,
      description: "Completions of each prompt; 1 when left out. Above 1 asks for a temperature.",
    }),
  ),
  beams: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 64,
      description:
        "Beams of beam search, whose likeliest completion is evaluated instead of a drawn one; at temperature " +
        "0, one sample.",
    }),
  ),
  lengthPenalty: Type.Optional(
    Type.Number({
      minimum: -10,
      maximum: 10,
      description:
        "With beams: a completion scores log-prob / tokens ** lengthPenalty, so above 0 favours long ones; 1 " +
        "when left out.",
    }),
  ),
  agreement: Type.Optional(AgreementSettings),
  rewards: Type.Optional(
    Type.Boolean({
      description:
        "Whether every reward of the file is measured on the completions too (evaluation/reward/<name>), as it is, " +
        "before any normalisation; true when left out.",
    }),
  ),
  metrics: Type.Optional(
    Type.Array(measures.schema, {
      maxItems: 64,
      description: "What is reported beside accuracy, form and length.",
    }),
  ),
};

/** One mode of evaluation. */
const EvaluationMode = closedObject(modeSettings);
/** Values of one mode. */
export type EvaluationMode = Static<typeof EvaluationMode>;

/** How the student is evaluated on the test split. */
export const EvaluationSettings = closedObject(
  {
    every: Type.Integer({
      default: 0,
      minimum: 0,
      description: "Steps between evaluations; 0 evaluates only at the start and the end.",
    }),
    ...modeSettings,
    also: Type.Optional(
      Type.Unsafe<Readonly<Record<string, EvaluationMode>>>({
        type: "object",
        propertyNames: { pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" },
        additionalProperties: EvaluationMode,
        description:
          'Other ways of evaluating it, by name, at the start and at the end alone: { "sampled": { ' +
          '"temperature": 1, "samples": 4 } }. Their metrics are named <name>/<metric>, <name>/accuracy ' +
          "and <name>/reward among them.",
      }),
    ),
  },
  { description: "How the student is measured on held-out prompts." },
);
/** Values of `EvaluationSettings`. */
export type EvaluationSettings = Static<typeof EvaluationSettings>;

/** The comparisons with the teacher in all modes of evaluation. */
export const agreementsOf = ({ agreement, also = {} }: EvaluationSettings): AgreementValues[] =>
  [agreement, ...Object.values(also).map((mode) => mode.agreement)].filter((one) => one !== undefined);

/** Whether an evaluation in some mode measures rewards, where there are any. */
export const measuresRewards = ({ rewards, also = {} }: EvaluationSettings): boolean =>
  [rewards, ...Object.values(also).map((mode) => mode.rewards)].some((asked) => asked !== false);
