/** Agreement: how near a student's next-token distributions are to its teacher's, on whichever sequences. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../../engine/program.ts";
import { divergences, type DivergenceValues } from "../../objectives/divergences/index.ts";
import type { Policy, Sequences, Weights } from "../../policies/policy.ts";
import { uploadWeights } from "../../rollouts/sampling/resident-weights.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import { tokenAgreement } from "../learner/token-agreement.ts";
import {
  queryPositions,
  completionPositions,
  sequenceSpecs,
  uploadSequences,
  type SequenceShape,
} from "../../teachers/sequence-inputs.ts";

/** What is measured. */
export interface AgreementMeasures {
  readonly divergences: readonly DivergenceValues[];
  /** K: likeliest tokens of both that are compared; below the vocabulary. */
  readonly topK: number;
}

/** Who is compared, and the sizes of one pass. */
export interface AgreementOptions extends SequenceShape {
  readonly student: Policy;
  /** Of the student's vocabulary. */
  readonly teacher: Policy;
  /** Divides the teacher's logits; above 0. The student's is 1. */
  readonly temperature: number;
}

/** Means over tokens, by the measure's name. */
export type AgreementMeans = Readonly<Record<string, number>>;

const prefixed = (prefix: string, policy: Policy): Record<string, TensorSpec> =>
  Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [prefix + name, float32(...shape)]));

const parametersOf = (prefix: string, policy: Policy, inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, inputs[prefix + name]!]));

/**
 * The program that compares at every query position, before the token that follows it. Inputs:
 * `student/<name>` and `teacher/<name>`, the parameters, and `Sequences` [B, T]. Outputs [B, A]: `tokenAgreement`.
 */
const agreementProgram = (
  { student, teacher, temperature, batch, length, completion }: Omit<AgreementOptions, "padId">,
  { divergences: all, topK }: AgreementMeasures,
): Program => ({
  name: "agreement",
  inputs: { ...prefixed("student/", student), ...prefixed("teacher/", teacher), ...sequenceSpecs({ batch, length }) },
  build(inputs) {
    const sequences = inputs as unknown as Sequences;
    const logits = student.logits(parametersOf("student/", student, inputs), sequences, completion);
    const taught = tf.logSoftmax(
      tf.div(teacher.logits(parametersOf("teacher/", teacher, inputs), sequences, completion), temperature),
    );
    const measured = all.map((values) => divergences.create(values, undefined));
    return tokenAgreement(taught, logits, { divergences: measured, topK });
  },
});

/** A student and its teacher on one engine. */
export class Agreement {
  readonly #engine: Engine;
  readonly #options: AgreementOptions;
  readonly #executables = new Map<string, Executable>();
  readonly #teacher: Readonly<Record<string, Buffer>>;
  #student: Readonly<Record<string, Buffer>> = {};

  /** `RangeError` for a teacher's array that does not fit its parameter. */
  constructor(engine: Engine, options: AgreementOptions, weights: Weights) {
    this.#engine = engine;
    this.#options = options;
    this.#teacher = uploadWeights(engine, options.teacher.parameters, weights, "agreement");
  }

  /**
   * Takes over new weights of the student; what is left out stays as it was loaded before. `RangeError` when an array
   * does not fit its parameter.
   */
  load(weights: Weights): void {
    const { parameters } = this.#options.student;
    const changed = Object.keys(parameters).filter(
      (name) => weights[name] !== undefined || this.#student[name] === undefined,
    );
    const next = uploadWeights(
      this.#engine,
      Object.fromEntries(changed.map((name) => [name, parameters[name]!])),
      weights,
      "agreement",
    );
    for (const name of changed) this.#student[name]?.dispose();
    this.#student = { ...this.#student, ...next };
  }

  /**
   * Means over all completion tokens of at least one rollout. `RangeError` for a sequence that is too long, and before
   * the first `load`.
   */
  async measure(rollouts: readonly Rollout[], values: AgreementMeasures): Promise<AgreementMeans> {
    if (Object.keys(this.#student).length === 0)
      throw new RangeError("agreement: expected weights of the student, got none; load them");
    const { batch } = this.#options;
    const positions = queryPositions(this.#options);
    const executable = await this.#executable(values);
    const sums = new Map<string, number>();
    for (let start = 0; start < rollouts.length; start += batch) {
      const some = rollouts.slice(start, start + batch);
      const inputs = uploadSequences(this.#engine, some, this.#options);
      const outputs = await executable.run({
        ...this.#named("student/", this.#student),
        ...this.#named("teacher/", this.#teacher),
        ...inputs,
      });
      for (const [name, output] of Object.entries(outputs)) {
        const found = await this.#engine.download(output);
        for (const [row, rollout] of some.entries()) {
          const [first, end] = completionPositions(rollout, this.#options);
          for (let position = first; position < end; position += 1)
            sums.set(name, (sums.get(name) ?? 0) + found[row * positions + position]!);
        }
      }
      for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
    }
    const tokens = rollouts.reduce((sum, { tokens: { length: own } }) => sum + own, 0);
    return Object.fromEntries([...sums].map(([name, sum]) => [name, sum / tokens]));
  }

  #named(prefix: string, buffers: Readonly<Record<string, Buffer>>): Record<string, Buffer> {
    return Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [prefix + name, buffer]));
  }

  async #executable(values: AgreementMeasures): Promise<Executable> {
    const key = JSON.stringify(values);
    const executable =
      this.#executables.get(key) ?? (await this.#engine.compile(agreementProgram(this.#options, values)));
    this.#executables.set(key, executable);
    return executable;
  }
}
