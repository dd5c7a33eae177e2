/**
 * Positions on a line, drawn from a mixture of Gaussians: what a divergence does shows in which of them a student
 * gives.
 */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { normal, stream, type Uniforms } from "../random/stream.ts";
import { characterTokenizer } from "../tokenizers/characters.ts";
import { drawnSize, splitSizes, splitsOf } from "./split-sizes.ts";
import type { Prompt, Task, TaskContext, Verdict } from "./task.ts";
import { closedObject } from "../plugins/closed-object.ts";

/** The positions from left to right: 64 characters in the order of ASCII. */
const line = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** Characters of a prompt, which is its number. */
const digits = 4;

const Component = closedObject({
  mean: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "Where on the line: 0 is its left end, 1 its right one.",
  }),
  deviation: Type.Number({ minimum: 0.01, maximum: 1, description: "In lengths of the line." }),
  weight: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: "How often, next to the others." }),
});
type Component = Static<typeof Component>;

const parameters = {
  components: Type.Array(Component, {
    default: [
      { mean: 0.3, deviation: 0.08, weight: 0.6 },
      { mean: 0.7, deviation: 0.08, weight: 0.4 },
    ],
    minItems: 1,
    maxItems: 16,
    description: "The Gaussians.",
  }),
  ...splitSizes,
};

/** Three deviations, where a Gaussian has all but 0.3 % of what it gives. */
const reaches = ({ mean, deviation }: Component, position: number): boolean =>
  position >= 0 && position < line.length && Math.abs((position + 0.5) / line.length - mean) <= 3 * deviation;

const pickComponent = (components: readonly Component[], uniform: number): Component => {
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  return components.find(({ weight }) => (below += weight) > uniform * total) ?? components.at(-1)!;
};

const drawPosition = (components: readonly Component[], uniforms: Uniforms): number => {
  const component = pickComponent(components, uniforms());
  for (;;) {
    const position = Math.floor(line.length * (component.mean + component.deviation * normal(uniforms)));
    if (reaches(component, position)) return position;
  }
};

/** The number in base 64. */
const nameOf = (index: number): string => {
  const powers = Array.from({ length: digits }, (_, digit) => line.length ** (digits - 1 - digit));
  return powers.map((power) => line[Math.floor(index / power) % line.length]!).join("");
};

/**
 * The line has 64 positions, each a character; position k is at (k + 1/2) / 64. A prompt is the number of a draw
 * and tells nothing of it; its reference is the position that was drawn from one of the Gaussians, anew when it came
 * farther than three deviations from the mean or off the line. So the best that a policy can do is the mixture.
 *
 * A completion is well-formed when it is a position within three deviations of some mean: one that the mixture gives.
 * It is correct when it is the very one that was drawn, which is a matter of luck. The test split depends on the seed
 * and its own size only, and a smaller training split is the beginning of a larger one.
 */
export const gaussianMixture = define({
  type: "gaussian-mixture",
  summary: "Positions on a line that are drawn from a mixture of Gaussians, whatever the prompt.",
  parameters,
  create({ components, ...sizes }, { seed }: TaskContext): Task {
    const drawn = Array.from({ length: drawnSize(sizes) }, (_, draw) => {
      const position = drawPosition(components, stream(seed, "task", "gaussian-mixture", draw));
      return { text: nameOf(draw), reference: line[position]! };
    });
    const splits = splitsOf(drawn, sizes);
    const prompts = (some: typeof splits.train): Prompt[] => some.map((prompt, index) => ({ index, ...prompt }));
    const check = ({ reference }: Prompt, completion: string): Verdict => ({
      correct: completion === reference,
      wellFormed:
        completion.length === 1 && components.some((component) => reaches(component, line.indexOf(completion))),
    });
    return {
      name: "gaussian-mixture",
      tokenizer: characterTokenizer(line),
      train: prompts(splits.train),
      test: prompts(splits.test),
      longest: { prompt: digits, completion: 2 },
      check,
    };
  },
});
