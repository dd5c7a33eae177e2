/**
 * Time-outs and retries of scorers, and what happens to a rollout that gets no answer: one policy for rewards, teacher
 * and reference.
 */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import type { ScoringPolicy } from "../../rollouts/scoring/retries.ts";
import { defined } from "../../optional/defined.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const milliseconds = (value: number, description: string) =>
  Type.Integer({ default: value, minimum: 1, maximum: 2 ** 31 - 1, description: `${description} In ms.` });

/** Most memory of a scoring thread's heap where an experiment does not say it, in MiB. */
export const usualHeap = 4096;

const calling = {
  workers: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 256,
    description: "Threads that score, each with everything that it needs.",
  }),
  heap: Type.Integer({
    default: usualHeap,
    minimum: 64,
    maximum: 1_048_576,
    description: "Most memory of a thread's JavaScript heap, in MiB; one that needs more is ended and started anew.",
  }),
  timeout: milliseconds(
    600_000,
    "Time for one chunk; a thread that does not let go of it then is ended and started anew.",
  ),
  retries: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 1000,
    description: "Times that a chunk is asked for again after a failure.",
  }),
  wait: milliseconds(200, "Mean wait before the first retry; it doubles from one to the next."),
  longestWait: milliseconds(10_000, "No wait is longer, whatever a server asks for."),
  breaker: Type.Optional(
    closedObject(
      {
        failures: Type.Integer({
          default: 5,
          minimum: 1,
          maximum: 1000,
          description: "Failed calls in a row that open it.",
        }),
        rest: milliseconds(10_000, "Time for which nobody asks then."),
      },
      { description: "A circuit breaker: a scorer that is down is left in peace for a while." },
    ),
  ),
};

const scorer = <P extends Record<string, TSchema>>(description: string, others: P) =>
  closedObject({ ...calling, ...others }, { description });

const stop = Type.Literal("stop");
const drop = Type.Literal("drop");

const onFailure = (more: string): { default: "stop"; description: string } => ({
  default: "stop",
  description:
    "What happens when a rollout has no answer after all retries. stop: the run stops. drop: nothing is " +
    `learned from the rollout, nor from its group where completions of one prompt are compared.${more}`,
});

/** How rewards, teacher and reference are called. It changes no result as long as all of them answer in the end. */
export const ScoringSettings = closedObject(
  {
    reward: scorer("The rewards.", {
      onFailure: Type.Union([stop, drop, Type.Literal("default")], onFailure(" default: it gets the reward default.")),
      default: Type.Number({
        default: 0,
        description: "The reward of a rollout without an answer, where onFailure is default.",
      }),
    }),
    teacher: scorer("The teacher.", { onFailure: Type.Union([stop, drop], onFailure("")) }),
    reference: scorer("The reference policy.", { onFailure: Type.Union([stop, drop], onFailure("")) }),
    calls: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_536,
        description:
          "Most calls of all scorers together at once: fewer than their threads keep cores free; the scorer " +
          "that has most left to do goes first. As many as each takes when left out.",
      }),
    ),
    mostDropped: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: "Share of a step's rollouts that may be dropped; more than that, or all of them, stop the run.",
    }),
  },
  { description: "How rewards, teacher and reference are asked, and what happens when they fail." },
);
/** Values of `ScoringSettings`. */
export type ScoringSettings = Static<typeof ScoringSettings>;

/** Names of the scorers. */
export type ScorerName = Exclude<keyof ScoringSettings, "mostDropped" | "calls">;

/** The policy of one scorer's settings. */
export const scoringPolicy = ({
  timeout,
  retries,
  wait,
  longestWait,
  breaker,
  onFailure: outcome,
}: ScoringSettings[ScorerName]): ScoringPolicy => ({
  timeout,
  retries,
  wait,
  longestWait,
  ...defined({ breaker }),
  onFailure: outcome,
});
