/** Successive halving: hopeless trials of a sweep stop early. As settings, and what a schema cannot say of them. */
import { Type, type Static } from "@sinclair/typebox";
import type { Mistake } from "./check.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** The schema. */
export const Halving = closedObject(
  {
    rungs: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      maxItems: 64,
      description:
        "Steps at which trials are compared, in ascending order: each a multiple of /evaluation/every and " +
        "less than /training/steps.",
    }),
    keep: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Share of the settings that continue after each rung; at least one does.",
    }),
    metric: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "What settings are compared by: a metric of evaluations; the accuracy, or in a task without references " +
          "evaluation/reward, when left out.",
      }),
    ),
    direction: Type.Union([Type.Literal("maximize"), Type.Literal("minimize")], {
      default: "maximize",
      description: "Whether a high value is good, or a low one.",
    }),
    over: Type.Array(Type.String({ pattern: "^/" }), {
      default: ["/seed"],
      description: "Axes whose trials are one setting: they continue or stop together, by their mean.",
    }),
  },
  {
    description:
      "Successive halving (Jamieson and Talwalkar, 2016): at each rung all trials wait, the best settings go " +
      "on, and the others stop there. Without it the same command takes the stopped ones to their end.",
  },
);

/** Values of halving after defaults. */
export type HalvingValues = Static<typeof Halving>;

const pointer = "/sweep/halving/rungs";

/** What is wrong with the rungs themselves. */
export const halvingMistakes = (halving: HalvingValues | undefined): Mistake[] =>
  (halving?.rungs ?? []).flatMap((rung, i, rungs): Mistake[] =>
    i === 0 || rung > rungs[i - 1]!
      ? []
      : [{ pointer: `${pointer}/${i}`, message: `expected more than ${rungs[i - 1]!}, got ${rung}` }],
  );

/** What is wrong with the rungs for a trial of so many steps, evaluated every so many. */
export const rungMistakes = (
  halving: HalvingValues | undefined,
  { steps, every }: { readonly steps: number; readonly every: number },
): Mistake[] =>
  (halving?.rungs ?? []).flatMap((rung, i): Mistake[] => {
    const at = `${pointer}/${i}`;
    if (rung >= steps)
      return [{ pointer: at, message: `expected fewer than the ${steps} steps of /training/steps, got ${rung}` }];
    if (every > 0 && rung % every === 0) return [];
    const said = every === 0 ? "none, as /evaluation/every is 0" : `one every ${every} steps`;
    return [{ pointer: at, message: `expected a step with an evaluation (${said}), got ${rung}` }];
  });
