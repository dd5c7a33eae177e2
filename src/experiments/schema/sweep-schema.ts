/** `sweep` of an experiment file: which values its trials take. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import type { Json } from "../../files/json.ts";
import { distributions } from "./distributions.ts";
import { Halving } from "./halving.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Most trials of one file, before conditions and exclusions take some away. */
export const mostTrials = 100_000;

const byPointer = <T extends TSchema>(values: T, description: string, rest: object = {}) =>
  Type.Unsafe<Readonly<Record<string, Static<T>>>>({
    type: "object",
    additionalProperties: values,
    description,
    ...rest,
  });

const Values = Type.Unsafe<readonly Json[]>({
  type: "array",
  minItems: 1,
  items: {},
  description: "The values that it takes.",
});

/** Trials in which each of the named values is one of those listed. */
const matchOf = (description: string) => byPointer(Values, description, { minProperties: 1 });

/** The schema. */
export const Sweep = closedObject(
  {
    axes: byPointer(
      Values,
      'A grid: each value with each of all others, by JSON pointer, such as "/objective/alpha": [0.1, 0.5], or by ' +
        'the end of one where no other value ends so: "alpha".',
      {
        default: {},
      },
    ),
    zip: Type.Array(
      byPointer(Values, "Lists of one length: the first values belong together, then the second ones, and so on.", {
        minProperties: 1,
      }),
      {
        default: [],
        description: "Axes that go together; the groups are crossed with one another and with the grid.",
      },
    ),
    random: Type.Optional(
      closedObject(
        {
          samples: Type.Integer({
            minimum: 1,
            maximum: mostTrials,
            description: "How many times all of these axes are drawn.",
          }),
          seed: Type.Integer({ default: 0, minimum: 0, maximum: 2 ** 53 - 1, description: "Names the draws." }),
          axes: byPointer(distributions.schema, "What each value is drawn from, by JSON pointer.", {
            minProperties: 1,
          }),
        },
        {
          description:
            "Axes whose values are drawn; each sample is crossed with the grid, so all seeds see the same samples.",
        },
      ),
    ),
    when: byPointer(
      matchOf("Pointers of other values, with those at which the axis applies."),
      "Conditions: an axis applies only in trials where other values are among those listed, such as " +
        '"/objective/divergence/beta": { "/objective/divergence/type": ["jsd"] }.',
      { default: {} },
    ),
    exclude: Type.Array(matchOf("Trials in which each of these is one of the values listed."), {
      default: [],
      maxItems: 1000,
      description: "Trials that are left out.",
    }),
    halving: Type.Optional(Halving),
  },
  {
    description: "Trials of `retort sweep`: the file's runs at other values. `retort run` takes the file's own values.",
  },
);

/** Values of a sweep after defaults. */
export type SweepValues = Static<typeof Sweep>;
