/** The laws of an objective of the user's. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, TypedArray } from "../engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../objectives/objective.ts";
import { exampleBatch, exampleMask, exampleVocabulary } from "../training/checks/example-batch.ts";
import type { Evaluate } from "../engine/evaluate.ts";
import { demandGradient } from "./demand-gradient.ts";
import { demand, demandClose, demandFinite, tryLaw, type LawResult } from "./law.ts";

/** The laws of every objective. */
export const checkObjective = (objective: Objective<Signal>, evaluate: Evaluate): Promise<readonly LawResult[]> => {
  const { specs, inputs } = exampleBatch(objective);
  const lossOf = ({ studentLogits, ...batch }: NamedTensors) =>
    objective.loss(studentLogits as tf.Tensor3D, batch as unknown as TokenBatch & Signals);
  const outputs = async (given = inputs): Promise<{ all: Record<string, TypedArray>; gradient: TypedArray }> => {
    const program = {
      name: objective.name,
      inputs: specs,
      build: (tensors: NamedTensors) => {
        const { loss, metrics } = lossOf(tensors);
        const gradient = tf.grad((studentLogits) => lossOf({ ...tensors, studentLogits }).loss)(
          tensors["studentLogits"]!,
        );
        return { ...metrics, loss, gradient };
      },
    };
    const { gradient, ...all } = await evaluate(program, given);
    return { all, gradient: gradient };
  };
  return Promise.all([
    tryLaw("the loss is one finite number, and so is each metric", async () => {
      const { all } = await outputs();
      for (const [name, values] of Object.entries(all)) {
        demand(values.length === 1, () => `expected one number for ${name}, got ${values.length}`);
        demandFinite(name, values);
      }
    }),
    tryLaw("the gradient is that of the loss, by finite differences", () =>
      demandGradient({ evaluate, specs, inputs, of: "studentLogits", build: (tensors) => lossOf(tensors).loss }),
    ),
    tryLaw("positions outside of the completions count for nothing", async () => {
      const { all, gradient } = await outputs();
      const outside = Array.from(gradient).filter((_, i) => exampleMask[Math.floor(i / exampleVocabulary)] === 0);
      demandClose(outside, new Float32Array(outside.length), 1e-7);
      const studentLogits = Float32Array.from(
        inputs["studentLogits"]!,
        (z, i) => z + (exampleMask[Math.floor(i / exampleVocabulary)] === 0 ? 3 : 0),
      );
      return demandClose((await outputs({ ...inputs, studentLogits })).all["loss"]!, all["loss"]!, 1e-6);
    }),
    tryLaw("it says what it reads: `advantages` is there exactly when rewards or advantages are needed", () => {
      const reads = objective.needs.some((need) => need === "rewards" || need === "advantages");
      demand(reads === (objective.advantages !== undefined), () => `expected ${reads ? "one" : "none"}, got the other`);
    }),
  ]);
};
