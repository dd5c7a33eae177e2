/** Distributions that the values of a random axis are drawn from. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { family } from "../../plugins/family.ts";
import { integer as wholeNumber, type Uniforms } from "../../random/stream.ts";
import type { Json } from "../../files/json.ts";

/** Gives the next value from uniform numbers. */
export type Draw = (uniforms: Uniforms) => Json;

const Low = Type.Number({ description: "Least value." });
const High = Type.Number({ description: "Greatest value." });

const ordered = (low: number, high: number): void => {
  if (low > high) throw new RangeError(`expected "low" to be at most "high" = ${high}, got ${low}`);
};

/** Four digits are as many as anybody tells apart, and can be read; the bounds hold. */
const rounded = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Number(value.toPrecision(4))));

const uniform = define({
  type: "uniform",
  summary: "Every number from low to high alike, to four digits.",
  parameters: { low: Low, high: High },
  create({ low, high }): Draw {
    ordered(low, high);
    return (uniforms) => rounded(low + uniforms() * (high - low), low, high);
  },
});

const logUniform = define({
  type: "log-uniform",
  summary:
    "Numbers from low to high whose logarithms are uniform, to four digits: for learning rates and other scales.",
  parameters: {
    low: Type.Number({ exclusiveMinimum: 0, description: "Least value." }),
    high: Type.Number({ exclusiveMinimum: 0, description: "Greatest value." }),
  },
  create({ low, high }): Draw {
    ordered(low, high);
    return (uniforms) => rounded(low * (high / low) ** uniforms(), low, high);
  },
});

const integer = define({
  type: "integer",
  summary: "Every whole number from low to high alike, both included.",
  parameters: {
    low: Type.Integer({ minimum: -(2 ** 53 - 1), maximum: 2 ** 53 - 1, description: "Least value." }),
    high: Type.Integer({ minimum: -(2 ** 53 - 1), maximum: 2 ** 53 - 1, description: "Greatest value." }),
  },
  create({ low, high }): Draw {
    ordered(low, high);
    return (uniforms) => wholeNumber(uniforms, low, high);
  },
});

const choice = define({
  type: "choice",
  summary: "Each of some values alike.",
  parameters: { values: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000, description: "The values." }) },
  create: ({ values }): Draw => {
    return (uniforms) => values[wholeNumber(uniforms, 0, values.length - 1)] as Json;
  },
});

/** The closed list of distributions. */
export const distributions = family("distribution", [uniform, logUniform, integer, choice]);
