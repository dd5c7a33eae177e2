/** The file of a program: which compiler it asks for, and what its session's inputs and outputs are called. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { loop } from "../../../src/engine/loop.ts";
import { float32, type Program } from "../../../src/engine/program.ts";
import { translated } from "../../../src/engine/tensorflow/saved-model.ts";

const plain: Program<"x" | "w", "y" | "z"> = {
  name: "plain",
  inputs: { x: float32(2, 3), w: float32(3, 2) },
  build: ({ x, w }) => ({ y: tf.matMul(x, w), z: tf.sum(x) }),
};

const looping: Program<"x", "y"> = {
  name: "looping",
  inputs: { x: float32(2) },
  build: ({ x }) => ({
    y: loop({
      trips: 3,
      carried: { x },
      body: (_, { x: now }) => ({ carried: { x: tf.add(now!, x) }, outputs: {}, proceed: tf.scalar(true, "bool") }),
    }).carried["x"]!,
  }),
};

const contains = (file: Uint8Array, text: string): boolean => Buffer.from(file).includes(text);

test("a program and the loops in it are compiled by XLA, or left to the executor where that is asked for", () => {
  const marks = (program: Program, options = {}): boolean[] => {
    const { file } = translated(program, options);
    return [contains(file, "_XlaMustCompile"), contains(file, "_lower_using_switch_merge")];
  };
  expect([marks(plain), marks(looping)]).toEqual([[true, false], [true, false]]); // prettier-ignore
  expect([marks(plain, { xla: false }), marks(looping, { xla: false })]).toEqual([[false, false], [false, true]]); // prettier-ignore
});

test("inputs and outputs are numbered in the order of the program, whatever their names", () => {
  const { inputNames, outputNames, outputs } = translated(plain);
  expect(inputNames).toEqual(["in_0:0", "in_1:0"]);
  expect(outputNames).toEqual(["out_0:0", "out_1:0"]);
  expect(outputs).toEqual({ y: { shape: [2, 2], dtype: "float32" }, z: { shape: [], dtype: "float32" } });
});

test("products alone are cast to bfloat16", () => {
  const [float, brief] = [false, true].map((bfloat16) => translated(plain, { bfloat16 }).file);
  expect([contains(float!, "Cast"), contains(brief!, "Cast")]).toEqual([false, true]);
});

test("errors of recording name the program", () => {
  const program = { ...plain, build: ({ x }: Readonly<Record<string, tf.Tensor>>) => ({ y: tf.scalar(x!.dataSync()[0]!), z: tf.sum(x!) }) };
  expect(() => translated(program)).toThrow(/program "plain".*read the value/u);
});
