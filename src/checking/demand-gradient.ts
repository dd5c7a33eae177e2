/** Compares gradients with finite differences. */
import * as tf from "@tensorflow/tfjs";
import type { Evaluate, HostInputs } from "../engine/evaluate.ts";
import { sizeOf, type NamedTensors, type Program } from "../engine/program.ts";
import { normal, stream } from "../random/stream.ts";
import { demand } from "./law.ts";

/** As many normal numbers that depend only on `name`. */
export const noise = (name: string, length: number, scale = 1): Float32Array => {
  const uniforms = stream(1, "check", name);
  return Float32Array.from({ length }, () => scale * normal(uniforms));
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
};

/** What is differentiated: a program's function, at inputs. */
export interface Differentiated {
  readonly evaluate: Evaluate;
  readonly specs: Program["inputs"];
  readonly inputs: HostInputs;
  /** The name of the input whose gradient is checked. */
  readonly of: string;
  build(inputs: NamedTensors): tf.Tensor;
}

/**
 * Compares the gradient of the sum of `build` in one input, along a random direction, with a central difference of
 * fourth order. `RangeError` when they differ by more than two thousandths; says both where they do not.
 */
export const demandGradient = async (differentiated: Differentiated): Promise<string> => {
  const { evaluate, specs, inputs, of } = differentiated;
  const build = (given: NamedTensors): tf.Tensor => differentiated.build(given);
  const program = <O extends string>(outputs: (given: NamedTensors) => NamedTensors<O>): Program<string, O> => ({
    name: "check",
    inputs: specs,
    build: outputs,
  });
  const direction = noise(`direction of ${of}`, sizeOf(specs[of]!.shape));
  const { gradient } = await evaluate(
    program((given) => ({ gradient: tf.grad((x) => tf.sum(build({ ...given, [of]: x })))(given[of]!) })),
    inputs,
  );
  const step = 2 ** -8;
  const sumAt = async (distance: number): Promise<number> => {
    const moved = Float32Array.from(inputs[of]!, (x, i) => x + distance * direction[i]!);
    const { value } = await evaluate(
      program((given) => ({ value: build(given) })),
      { ...inputs, [of]: moved },
    );
    return Array.from(value).reduce((sum, x) => sum + x, 0);
  };
  const [far, near] = [(await sumAt(2 * step)) - (await sumAt(-2 * step)), (await sumAt(step)) - (await sumAt(-step))];
  const [expected, got] = [(8 * near - far) / (12 * step), dot(gradient, direction)];
  demand(
    Math.abs(got - expected) <= 2e-3 * Math.max(1, Math.abs(expected)),
    () =>
      `expected ${expected.toPrecision(5)} along a random direction by finite differences, got ${got.toPrecision(5)}`,
  );
  return `${got.toPrecision(5)} along a random direction, ${expected.toPrecision(5)} by finite differences`;
};
