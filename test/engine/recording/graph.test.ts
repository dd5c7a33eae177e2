/** The graph under construction, as ONNX Runtime reads it. */
import proto from "onnx-proto";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../../src/engine/recording/graph.ts";
import { modelFile } from "../../../src/engine/onnx/model-file.ts";
import { float32 } from "../../../src/engine/program.ts";

const decode = (graph: GraphBuilder) => {
  const { main, constants } = graph.finished();
  return proto.onnx.ModelProto.decode(modelFile(main, "test", constants)).graph!;
};
const operators = (graph: GraphBuilder): (string | null | undefined)[] => decode(graph).node!.map((node) => node.opType);

test("equal small constants are stored once, minus zero and other types are not equal to zero", () => {
  const graph = new GraphBuilder();
  const zero = graph.constant(Float32Array.of(0), [1], "float32");
  expect(graph.constant(Float32Array.of(0), [1], "float32")).toBe(zero);
  const others = [
    graph.constant(Float32Array.of(-0), [1], "float32"),
    graph.constant(Float32Array.of(0), [], "float32"),
    graph.constant(Int32Array.of(0), [1], "int32"),
  ];
  expect(new Set([zero, ...others]).size).toBe(4);
});

test("only what an output depends on is encoded", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", float32(2));
  const unused = graph.constant(Float32Array.of(1, 2), [2], "float32");
  graph.node("Mul", [x, unused]);
  const [used] = graph.node("Neg", [x]);
  graph.output("y", used!, float32(2));
  expect(operators(graph)).toEqual(["Neg", "Identity"]);
  expect(decode(graph).initializer).toEqual([]);
});

test("what a body does not change is computed outside of it", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", float32(2));
  const body = graph.body(() => {
    graph.input("iteration", { shape: [], dtype: "int32" }, "int64");
    graph.input("condition", { shape: [], dtype: "bool" });
    const carried = graph.input("carried", float32(2));
    const [doubled] = graph.node("Add", [x, x]);
    const [next] = graph.node("Mul", [carried, doubled!]);
    graph.output("proceed", "condition", { shape: [], dtype: "bool" });
    graph.output("next", next!, float32(2));
  });
  expect(body.nodes.map(({ operator }) => operator)).toEqual(["Mul", "Identity", "Identity"]);
  const trips = graph.constant(BigInt64Array.of(3n), [], "int64");
  const always = graph.constant(Uint8Array.of(1), [], "bool");
  const [result] = graph.node("Loop", [trips, always, x], { body });
  graph.output("y", result!, float32(2));
  expect(operators(graph)).toEqual(["Add", "Loop", "Identity"]);
});

test("results of a loop's iterations that no node reads are neither computed nor stored; what is carried stays", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", float32(2));
  const body = graph.body(() => {
    graph.input("iteration", { shape: [], dtype: "int32" }, "int64");
    graph.input("condition", { shape: [], dtype: "bool" });
    const carried = graph.input("carried", float32(2));
    graph.output("proceed", "condition", { shape: [], dtype: "bool" });
    graph.result(graph.node("Neg", [carried])[0]!, float32(2));
    graph.result(graph.node("Exp", [carried])[0]!, float32(2));
    graph.result(graph.node("Abs", [carried])[0]!, float32(2));
  });
  const trips = graph.constant(BigInt64Array.of(3n), [], "int64");
  const always = graph.constant(Uint8Array.of(1), [], "bool");
  const [, , absolute] = graph.node("Loop", [trips, always, x], { body }, 3);
  graph.output("y", absolute!, float32(3, 2));
  const loop = decode(graph).node![0]!;
  expect(loop.output).toHaveLength(2);
  expect(loop.attribute![0]!.g!.node!.map((node) => node.opType)).toEqual(["Identity", "Neg", "Abs"]);
  expect(loop.attribute![0]!.g!.output).toHaveLength(3);
});
