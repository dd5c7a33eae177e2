/**
 * Generation in chunks: one program reads prompts and draws the first token, another continues for some tokens from the
 * state of the first.
 */
import * as tf from "@tensorflow/tfjs";
import { loop } from "../../engine/loop.ts";
import { float32, int32, type NamedTensors, type Program, type TensorSpec } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { givenShaping, shapingInputs, type ShapingKind } from "./given-shaping.ts";
import { advance, begin, parameterInputs, promptInputs, promptsOf, rowOf, settingOf } from "./decoding.ts";
import { checkGeneration, type GenerationOptions } from "./generation-options.ts";

/** Prefix of what the programs hand to each other: outputs of the one, inputs of the next. */
export const statePrefix = "state/";

const asState = (carried: NamedTensors): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(carried).map(([name, value]) => [statePrefix + name, value]));

const fromState = (inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(statePrefix))
      .map(([name, value]) => [name.slice(statePrefix.length), value]),
  );

/**
 * The program that reads a batch of prompts. Inputs: as `generateProgram`, with `uniforms` [1, B]. Outputs: `tokens`
 * [1, B] int32, `logProbs` and `rawLogProbs` [1, B] float32 in nats, and the state, `state/<name>`. `RangeError` for
 * options that do not fit the policy. With a kind, which must be that of the options' shaping, its numbers are
 * further inputs, those of `shapingInputs`.
 */
export const prefillProgram = (policy: Policy, options: GenerationOptions, kind?: ShapingKind): Program => {
  checkGeneration(policy, options);
  const { batch } = options;
  const shaping = kind === undefined ? {} : shapingInputs(kind);
  return {
    name: "prefill",
    inputs: { ...parameterInputs(policy, options), ...promptInputs(options), ...shaping, uniforms: float32(1, batch) },
    build(inputs) {
      const uniforms = rowOf(inputs["uniforms"] as tf.Tensor2D, tf.scalar(0, "int32"));
      const { carried, outputs } = begin(
        settingOf(policy, options, inputs, kind && givenShaping(kind, inputs)),
        promptsOf(inputs),
        uniforms,
      );
      const rows = Object.entries(outputs).map(([name, row]) => [name, tf.reshape(row, [1, batch])] as const);
      return { ...Object.fromEntries(rows), ...asState(carried) };
    },
  };
};

/**
 * The program that draws at most `chunk` more tokens. Inputs: the parameters; the prompts' `mask` [B / G, P]; `index`
 * int32, the number of the newest token in its completion, from 0; `uniforms` [chunk, B]; and the state, whose specs
 * are `state`, those of what `prefillProgram` gave. Outputs: as of that program, with `chunk` rows, zero where it did
 * not continue because every row had ended or N tokens were drawn. With the same numbers the tokens are those of
 * `generateProgram`: both are the same steps. With a kind there are the inputs of `shapingInputs`, and `last`, the
 * number of the last token that is wanted, below N.
 */
export const continueProgram = (
  policy: Policy,
  options: GenerationOptions,
  chunk: number,
  state: Readonly<Record<string, TensorSpec>>,
  kind?: ShapingKind,
): Program => {
  checkGeneration(policy, options);
  const { batch, maxNewTokens } = options;
  const given = kind === undefined ? {} : { ...shapingInputs(kind), last: int32() };
  const { mask } = promptInputs(options);
  return {
    name: "continue",
    inputs: {
      ...parameterInputs(policy, options),
      mask,
      ...given,
      index: int32(),
      uniforms: float32(chunk, batch),
      ...state,
    },
    build(inputs) {
      const setting = settingOf(policy, options, inputs, kind && givenShaping(kind, inputs));
      const last = (inputs["last"] as tf.Scalar | undefined) ?? tf.scalar(maxNewTokens - 1, "int32");
      const uniforms = inputs["uniforms"] as tf.Tensor2D;
      const { carried, outputs } = loop({
        trips: chunk,
        carried: fromState(inputs),
        body(iteration, before) {
          const index: tf.Scalar = tf.add(inputs["index"] as tf.Scalar, iteration);
          const step = advance(setting, index, rowOf(uniforms, iteration), before);
          const within = tf.less(index, tf.sub(last, tf.scalar(1, "int32")));
          return { ...step, proceed: tf.logicalAnd(step.proceed, within) };
        },
      });
      return { ...outputs, ...asState(carried) };
    },
  };
};
