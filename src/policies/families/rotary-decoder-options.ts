/**
 * The parameters that the families of rotary decoders share in experiment files, and the sizes that follow from them.
 */
import { Type, type Static } from "@sinclair/typebox";
import type { RopeScaling } from "../layers/rotary-frequencies.ts";
import type { PolicyContext } from "../policy.ts";
import { deviationsOf, initialDeviation } from "./initial-deviation.ts";
import type { RotaryDecoderSizes } from "./rotary-decoder.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const factor = Type.Number({ minimum: 1, description: "How many times longer the context becomes." });

const ropeScaling = Type.Unsafe<RopeScaling>({
  type: "object",
  description: "Scaling of the rotary frequencies for a longer context; none when left out.",
  discriminator: { propertyName: "type" },
  oneOf: [
    closedObject({ type: Type.Literal("linear"), factor }, { description: "Every frequency is divided by factor." }),
    closedObject(
      {
        type: Type.Literal("llama3"),
        factor,
        lowFrequencyFactor: Type.Number({
          exclusiveMinimum: 0,
          description: "Fewer turns in the original context: divided by factor.",
        }),
        highFrequencyFactor: Type.Number({
          exclusiveMinimum: 0,
          description: "More turns in the original context: kept; above the low one.",
        }),
        originalContextLength: Type.Integer({ minimum: 1, description: "Tokens of the context before scaling." }),
      },
      { description: "Low frequencies are divided by factor, high ones kept, as in Llama 3.1." },
    ),
    closedObject(
      {
        type: Type.Literal("factors"),
        factors: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
          minItems: 1,
          maxItems: 32_768,
          description: "One for each two channels of a head.",
        }),
      },
      { description: "Every frequency is divided by a factor of its own, as in GGUF files of Llama 3.1." },
    ),
  ],
});

/** Parameters that all these families have. */
export const rotaryParameters = {
  layers: Type.Integer({ minimum: 1, maximum: 256, description: "Blocks of attention and feed-forward layer." }),
  width: Type.Integer({ minimum: 2, maximum: 65_536, description: "Width of the residual stream." }),
  heads: Type.Integer({ minimum: 1, maximum: 1024, description: "Heads of queries." }),
  keyValueHeads: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1024,
      description: "Heads of keys and values; divides heads; as many as heads when left out.",
    }),
  ),
  headWidth: Type.Optional(
    Type.Integer({ minimum: 2, maximum: 65_536, description: "Width of one head; even; width / heads when left out." }),
  ),
  hidden: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 262_144,
      description: "Width inside the feed-forward layer; 8/3 of width, rounded up to a multiple of 8, when left out.",
    }),
  ),
  tied: Type.Boolean({ default: true, description: "The output head is the embedding table." }),
  ropeTheta: Type.Number({ default: 10_000, exclusiveMinimum: 1, description: "Base of the rotary wavelengths." }),
  ropeScaling: Type.Optional(ropeScaling),
  normEpsilon: Type.Number({
    default: 1e-5,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Added to the mean square in every norm.",
  }),
  initialDeviation,
};

/** Parameter of the families whose attention may have biases. */
export const attentionBias = Type.Optional(
  Type.Boolean({ description: "Queries, keys, values and the output have biases; false when left out." }),
);

/** Values of the parameters that all these families have. */
export type RotaryValues = Static<ReturnType<typeof Type.Object<typeof rotaryParameters>>>;

/** What a family fixes. */
type Arithmetic = Pick<RotaryDecoderSizes, "activation" | "gainOffset" | "embeddingScale" | "queryKeyNorm">;

/** The arithmetic of Llama. */
export const plainArithmetic: Arithmetic = {
  activation: "silu",
  gainOffset: 0,
  embeddingScale: 1,
  queryKeyNorm: false,
};

const headWidthOf = (type: string, { width, heads, headWidth }: RotaryValues): number => {
  if (headWidth === undefined && width % (2 * heads) !== 0) {
    const next = Math.ceil(width / (2 * heads)) * 2 * heads;
    throw new RangeError(
      `${type}: expected width to be a multiple of 2 * heads = ${2 * heads} (each head has an even width), such as ` +
        `${next}, got ${width}; or set headWidth`,
    );
  }
  if (headWidth !== undefined && headWidth % 2 !== 0)
    throw new RangeError(`${type}: expected headWidth to be even, got ${headWidth}`);
  return headWidth ?? width / heads;
};

/** Sizes of a family member. `RangeError` names what does not fit. */
export const rotarySizes = (
  type: string,
  values: RotaryValues,
  context: PolicyContext,
  arithmetic: Arithmetic,
): RotaryDecoderSizes => {
  const { layers, width, heads, tied, ropeTheta, ropeScaling: scaling, normEpsilon } = values;
  const keyValueHeads = values.keyValueHeads ?? heads;
  const headWidth = headWidthOf(type, values);
  if (heads % keyValueHeads !== 0) {
    throw new RangeError(`${type}: expected keyValueHeads to divide heads = ${heads}, got ${keyValueHeads}`);
  }
  if (scaling?.type === "factors" && scaling.factors.length !== headWidth / 2) {
    throw new RangeError(
      `${type}: expected ropeScaling.factors to be headWidth / 2 = ${headWidth / 2} numbers, got ` +
        `${scaling.factors.length}`,
    );
  }
  if (scaling?.type === "llama3" && scaling.lowFrequencyFactor >= scaling.highFrequencyFactor) {
    throw new RangeError(
      `${type}: expected ropeScaling.highFrequencyFactor above lowFrequencyFactor = ` +
        `${scaling.lowFrequencyFactor}, got ${scaling.highFrequencyFactor}`,
    );
  }
  const hidden = values.hidden ?? 8 * Math.ceil(width / 3);
  const deviations = deviationsOf(values);
  const sizes = {
    layers,
    width,
    heads,
    keyValueHeads,
    headWidth,
    hidden,
    tied,
    ropeTheta,
    ropeScaling: scaling,
    normEpsilon,
    deviations,
  };
  return { ...context, ...sizes, ...arithmetic };
};
