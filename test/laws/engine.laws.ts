/** What holds for every engine: values, gradients, loops, refusals, and that nothing leaks. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Buffer, Engine } from "../../src/engine/engine.ts";
import { float32, int32, type Program, type TensorSpec } from "../../src/engine/program.ts";
import { downloadAll, evaluate, expectClose, uploadAll } from "../engine/evaluation.ts";
import { broadcastOperations } from "../engine/operations/broadcast.ts";
import { elementwiseOperations } from "../engine/operations/elementwise.ts";
import { indexingOperations } from "../engine/operations/indexing.ts";
import type { Operation } from "../engine/operations/operation.ts";
import { reductionOperations } from "../engine/operations/reduction.ts";
import { shapeOperations } from "../engine/operations/shape.ts";
import { finiteDifferences } from "../engine/reference.ts";
import { bufferLaws, double } from "./buffer.laws.ts";
import { loopLaws } from "./loop.laws.ts";

const valueTolerance = 1e-5;
const gradientTolerance = 1e-4;

/** The value of an operation, and the gradients of a weighted sum of it. */
const programOf = ({ operands, build, reference, differentiable }: Operation): Program => {
  const inputs: Record<string, TensorSpec> = Object.fromEntries(operands.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }]));
  if (differentiable) inputs["weights"] = float32(...reference(...operands).shape);
  return {
    name: "operation",
    inputs,
    build(given) {
      const tensors = operands.map((_, i) => given[`x${i}`]!);
      const outputs: Record<string, tf.Tensor> = { value: build(...tensors) };
      if (!differentiable) return outputs;
      const differentiated = operands.flatMap(({ dtype }, i) => (dtype === "float32" ? [i] : []));
      const gradients = tf.grads((...varied) => {
        const all = tensors.map((tensor, i) => (differentiated.includes(i) ? varied[differentiated.indexOf(i)]! : tensor));
        return tf.sum(tf.mul(build(...all), given["weights"]!));
      })(differentiated.map((i) => tensors[i]!));
      for (const [k, i] of differentiated.entries()) outputs[`gradient${i}`] = gradients[k]!;
      return outputs;
    },
  };
};

const checkOperation = async (engine: Engine, operation: Operation): Promise<void> => {
  const { operands, reference, result } = operation;
  const expected = reference(...operands);
  const weights = expected.data.map((_, i) => Math.fround(Math.cos(i + 1)));
  const data = Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand.data]));
  const { value, ...gradients } = await evaluate(engine, programOf(operation), { ...data, weights });
  expect(value).toMatchObject({ shape: expected.shape, dtype: result });
  expectClose(value!.data, expected.data, valueTolerance);
  for (const [name, gradient] of Object.entries(gradients)) {
    const operand = Number(name.slice("gradient".length));
    expect(gradient.shape).toEqual(operands[operand]!.shape);
    expectClose(gradient.data, finiteDifferences(reference, operands, operand, weights), gradientTolerance);
  }
};

const families = {
  elementwise: elementwiseOperations,
  reduction: reductionOperations,
  shape: shapeOperations,
  indexing: indexingOperations,
  broadcast: broadcastOperations,
} as const;

/** A training step in small: loss and updated weights of a regression, with a loop beside it. */
const step: Program<"weights" | "x" | "y", "weights" | "loss"> = {
  name: "step",
  inputs: { weights: float32(8, 8), x: float32(16, 8), y: float32(16, 8) },
  build({ weights, x, y }) {
    const { value, grads } = tf.valueAndGrads((w: tf.Tensor): tf.Scalar => {
      const predicted = tf.matMul(x, w);
      return tf.mean(tf.square(tf.sub(predicted, y)));
    })([weights]);
    return { weights: tf.sub(weights, tf.mul(tf.scalar(0.01), grads[0]!)), loss: value };
  },
};

const stepData = {
  weights: Array.from({ length: 64 }, (_, i) => Math.sin(i)),
  x: Array.from({ length: 128 }, (_, i) => Math.cos(i)),
  y: Array.from({ length: 128 }, (_, i) => Math.sin(3 * i)),
};

const executableLaws = (engine: () => Engine, open: () => Promise<Engine>): void => {
  test("inputs of another name, shape or type are refused by name", async () => {
    const executable = await engine().compile(double);
    const run = (inputs: Record<string, TensorSpec>): Promise<unknown> =>
      executable.run(uploadAll(engine(), { name: "", inputs, build: () => ({}) }, {}) as Record<"x", Buffer>);
    await expect(run({})).rejects.toThrow(/TypeError|double.*"x" is missing/);
    await expect(run({ x: float32(2, 2), other: float32(1) })).rejects.toThrow(/double.*unknown input "other"/);
    await expect(run({ x: int32(2, 2) })).rejects.toThrow(TypeError);
    await expect(run({ x: int32(2, 2) })).rejects.toThrow(/double.*"x".*float32 \[2, 2\].*int32/);
    await expect(run({ x: float32(4) })).rejects.toThrow(RangeError);
    await expect(run({ x: float32(4) })).rejects.toThrow(/double.*"x".*\[2, 2\].*\[4\]/);
    await executable.dispose();
  });

  test("an executable is not used after it was disposed; its buffers live on", async () => {
    const executable = await engine().compile(double);
    const inputs = uploadAll(engine(), double, { x: [1, 2, 3, 4] });
    const outputs = await executable.run(inputs);
    await executable.dispose();
    await executable.dispose();
    await expect(executable.run(inputs)).rejects.toThrow(/double.*disposed/);
    expect([...(await engine().download(outputs.doubled))]).toEqual([2, 4, 6, 8]);
    for (const buffer of [inputs.x, outputs.doubled, outputs.sum]) buffer.dispose();
  });

  test("an input may be handed through, and outputs may share a tensor", async () => {
    const program: Program<"x", "same" | "first" | "second"> = {
      name: "share",
      inputs: { x: float32(2) },
      build({ x }) {
        const negative = tf.neg(x);
        return { same: x, first: negative, second: negative };
      },
    };
    const executable = await engine().compile(program);
    const inputs = uploadAll(engine(), program, { x: [1, 2] });
    const outputs = await executable.run(inputs);
    inputs.x.dispose();
    outputs.first.dispose();
    expect([...(await engine().download(outputs.same))]).toEqual([1, 2]);
    expect([...(await engine().download(outputs.second))]).toEqual([-1, -2]);
    outputs.same.dispose();
    outputs.second.dispose();
    await executable.dispose();
  });

  test("two executables do not interfere, even when their runs overlap", async () => {
    const [first, second] = await Promise.all([engine().compile(double), engine().compile(step)]);
    const inputs = [uploadAll(engine(), double, { x: [1, 2, 3, 4] }), uploadAll(engine(), step, stepData)] as const;
    const alone = await downloadAll(engine(), await second.run(inputs[1]));
    const [doubled, stepped, again] = await Promise.all([first.run(inputs[0]), second.run(inputs[1]), second.run(inputs[1])]);
    await first.dispose();
    expect([...(await downloadAll(engine(), doubled)).doubled.data]).toEqual([2, 4, 6, 8]);
    expect(await downloadAll(engine(), stepped)).toEqual(alone);
    expect(await downloadAll(engine(), again)).toEqual(alone);
    await second.dispose();
    for (const buffer of inputs.flatMap((each) => Object.values<Buffer>(each))) buffer.dispose();
  });

  test("runs on the same inputs are bit-equal", async () => {
    const runs = [await evaluate(engine(), step, stepData), await evaluate(engine(), step, stepData)];
    expect(runs[0]).toEqual(runs[1]);
  });

  test("dispose frees every buffer and executable, and the engine is not used after it", async () => {
    const tensors = tf.memory().numTensors;
    const own = await open();
    const executable = await own.compile(double);
    const inputs = uploadAll(own, double, {});
    await executable.run(inputs);
    await own.dispose();
    expect(own.memory()).toEqual({ buffers: 0, bytes: 0 });
    expect(tf.memory().numTensors).toBe(tensors);
    await expect(executable.run(inputs)).rejects.toThrow("disposed");
    await expect(own.compile(double)).rejects.toThrow("disposed");
    expect(() => own.upload(new Float32Array(1), float32(1))).toThrow("disposed");
  });
};

const growthLaws = (engine: () => Engine, runs: number): void => {
  test(`${runs} runs leave no tensor, no buffer and no memory behind`, async () => {
    const executable = await engine().compile(step);
    let inputs = uploadAll(engine(), step, stepData);
    const again = async (runs: number): Promise<void> => {
      for (let i = 0; i < runs; i += 1) {
        const outputs = await executable.run(inputs);
        outputs.loss.dispose();
        inputs.weights.dispose();
        inputs = { ...inputs, weights: outputs.weights };
      }
      await engine().download(inputs.weights);
    };
    await again(50);
    const before = { memory: engine().memory(), tensors: tf.memory().numTensors, resident: process.memoryUsage().rss };
    await again(runs);
    expect(engine().memory()).toEqual(before.memory);
    expect(tf.memory().numTensors).toBe(before.tensors);
    // 1,000 leaked copies of the inputs alone would be 1.3 MB a tensor and 40 MB with what a step makes; the collector may lag. A driver's caches
    // fill once, a leak continues: what grew beyond the bound must not grow as much again.
    const grown = process.memoryUsage().rss - before.resident;
    if (grown >= 64 * 2 ** 20) {
      await again(runs);
      expect(process.memoryUsage().rss - before.resident - grown).toBeLessThan(64 * 2 ** 20);
    }
    for (const buffer of Object.values<Buffer>(inputs)) buffer.dispose();
    await executable.dispose();
  });

  test("compiling again and again leaves no tensor behind", async () => {
    const before = { memory: engine().memory(), tensors: tf.memory().numTensors };
    for (let i = 0; i < 20; i += 1) await evaluate(engine(), step, stepData);
    expect({ memory: engine().memory(), tensors: tf.memory().numTensors }).toEqual(before);
  });
};

/** What an engine is excused from. */
export interface EngineLimits {
  /** Runs that must leave nothing behind. */
  readonly runs?: number;
  /** How it runs programs, where it has several ways. */
  readonly how?: string;
  /** Operations that TensorFlow.js's backend refuses or gets wrong, with the reason. */
  readonly without?: readonly { readonly operations: RegExp; readonly reason: string }[];
}

/** `open` makes a new engine each time; `name` is the one that it must give itself. */
export const engineLaws = (name: string, open: () => Promise<Engine>, { runs = 1000, how, without = [] }: EngineLimits = {}): void => {
  describe(`laws of an engine: ${how === undefined ? name : `${name}, ${how}`}`, () => {
    let opened: Engine | undefined;
    const engine = (): Engine => {
      if (opened === undefined) throw new Error(`the engine ${name} was not opened`);
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.dispose());

    test("it knows its name", () => expect(engine().name).toBe(name));
    describe("buffers", () => bufferLaws(engine));
    describe("executables", () => executableLaws(engine, open));
    describe("memory", () => growthLaws(engine, runs));
    describe("loops", () => loopLaws(engine));
    describe.each(Object.entries(families))("%s operations", (_, operations) => {
      for (const operation of operations) {
        const reason = without.find((limit) => limit.operations.test(operation.name))?.reason;
        // The reason is in the name: the backend's own limits.
        test.skipIf(reason !== undefined)(reason === undefined ? operation.name : `${operation.name}: ${reason}`, () =>
          checkOperation(engine(), operation),
        );
      }
    });
  });
};
