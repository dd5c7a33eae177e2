/** The laws of a divergence of the user's. */
import * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors } from "../engine/program.ts";
import { between } from "../objectives/divergences/between.ts";
import type { Divergence, DivergenceLaws } from "../objectives/divergences/divergence.ts";
import type { Evaluate } from "../engine/evaluate.ts";
import { demandGradient, noise } from "./demand-gradient.ts";
import { demand, demandClose, demandFinite, tryLaw, type LawResult } from "./law.ts";

const [positions, vocabulary] = [20, 7] as const;
const specs = { teacher: float32(positions, vocabulary), student: float32(positions, vocabulary) };

const logSoftmax = (logits: Float32Array): Float32Array => {
  const all = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += vocabulary) {
    const row = Array.from(logits.subarray(at, at + vocabulary));
    const most = Math.max(...row);
    const normalizer = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    all.set(
      row.map((z) => z - normalizer),
      at,
    );
  }
  return all;
};

const ordinary = {
  teacher: logSoftmax(noise("teacher", positions * vocabulary, 2)),
  student: noise("student", positions * vocabulary, 2),
};

/** Where a careless formula overflows, underflows, or divides zero by zero: nearly all of it on one token. */
const extreme = {
  teacher: logSoftmax(noise("far teacher", positions * vocabulary, 60)),
  student: noise("far student", positions * vocabulary, 60),
};

const all = (values: Float32Array, test: (value: number) => boolean, wanted: string): void => {
  const wrong = values.find((value) => !test(value));
  demand(wrong === undefined, () => `expected ${wanted}, got ${wrong}`);
};

/** Values at given positions; at the ordinary ones when none are given. */
type Values = (inputs?: typeof ordinary) => Promise<Float32Array>;

/** The laws that a divergence claims. */
const claimedLaws = (
  { zeroAtEqual, nonNegative, symmetric, atMost }: DivergenceLaws,
  values: Values,
): readonly Promise<LawResult>[] => [
  ...(zeroAtEqual === true
    ? [
        tryLaw("it is zero where teacher and student agree", async () => {
          const equal = { ...ordinary, teacher: logSoftmax(ordinary.student) };
          return demandClose(await values(equal), new Float32Array(positions), 1e-5);
        }),
      ]
    : []),
  ...(nonNegative === true
    ? [tryLaw("it is never below zero", async () => all(await values(), (value) => value >= -1e-6, "at least 0"))]
    : []),
  ...(symmetric === true
    ? [
        tryLaw("it is the same with teacher and student exchanged", async () => {
          const exchanged = { teacher: logSoftmax(ordinary.student), student: ordinary.teacher };
          return demandClose(await values(exchanged), await values(), 1e-5);
        }),
      ]
    : []),
  ...(atMost === undefined
    ? []
    : [
        tryLaw(`it is at most ${atMost}`, async () =>
          all(await values(extreme), (value) => value <= atMost + 1e-5, `at most ${atMost}`),
        ),
      ]),
];

/** The laws of every divergence, and those that this one claims. */
export const checkDivergence = async (
  divergence: Divergence,
  laws: DivergenceLaws,
  evaluate: Evaluate,
): Promise<readonly LawResult[]> => {
  const build = ({ teacher, student }: NamedTensors): tf.Tensor => between(divergence, teacher!, student!);
  const valuesAt = async (inputs: typeof ordinary) => {
    const program = {
      name: divergence.name,
      inputs: specs,
      build: (given: NamedTensors) => ({
        value: build(given),
        gradient: tf.grad((student) => tf.sum(build({ ...given, student })))(given["student"]!),
      }),
    };
    return evaluate(program, inputs);
  };
  const values = async (inputs = ordinary): Promise<Float32Array> => (await valuesAt(inputs)).value as Float32Array;
  return Promise.all([
    tryLaw("values and gradients are finite, also where nearly all is on one token", async () => {
      for (const inputs of [ordinary, extreme]) {
        const { value, gradient } = await valuesAt(inputs);
        demandFinite("the values", value);
        demandFinite("the gradient", gradient);
      }
    }),
    tryLaw("the value has a number for each position", async () => {
      demand((await values()).length === positions, () => "expected the shape of the logits without the vocabulary");
    }),
    tryLaw("the gradient is that of the value, by finite differences", () =>
      demandGradient({ evaluate, specs, inputs: ordinary, of: "student", build }),
    ),
    tryLaw("a shift of a position's logits changes nothing", async () => {
      const shifted = { ...ordinary, student: ordinary.student.map((z) => z + 16) };
      return demandClose(await values(shifted), await values(), 1e-4);
    }),
    ...claimedLaws(laws, values),
  ]);
};
