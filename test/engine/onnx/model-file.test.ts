/** The file of a graph, beside that of onnx-proto, which the ONNX project's own schema was compiled into. */
import proto from "onnx-proto";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../../src/engine/recording/graph.ts";
import { modelFile } from "../../../src/engine/onnx/model-file.ts";
import { float32 } from "../../../src/engine/program.ts";

const { ModelProto } = proto.onnx;

/** A graph with every kind of attribute, value and constant. */
const built = (): ReturnType<GraphBuilder["finished"]> => {
  const graph = new GraphBuilder();
  const x = graph.input("x", float32(2, 3));
  const body = graph.body(() => {
    graph.input("iteration", { shape: [], dtype: "int32" }, "int64");
    graph.input("condition", { shape: [], dtype: "bool" });
    const carried = graph.input("carried", float32(2, 3));
    const [next] = graph.node("Mul", [carried, x]);
    graph.output("proceed", "condition", { shape: [], dtype: "bool" });
    graph.output("next", next!, float32(2, 3));
  });
  const trips = graph.constant(BigInt64Array.of(3n), [], "int64");
  const always = graph.constant(Uint8Array.of(1), [], "bool");
  const [looped] = graph.node("Loop", [trips, always, x], { body });
  const [summed] = graph.node(
    "ReduceMean",
    [looped!, graph.indices([-1, 300])],
    { keepdims: 0, alpha: { float: 0.5 }, axes: [-1, 2 ** 40], mode: "größe" },
    1,
    "com.microsoft",
  );
  const [cast] = graph.node("Cast", [graph.constant(Int32Array.of(-7), [1], "int32")], { to: 1 });
  const [sum] = graph.node("Add", [summed!, cast!]);
  graph.output("y", sum!, float32(2));
  return graph.finished();
};

test("onnx-proto reads all of it, and writes the same bytes again", () => {
  const { main, constants } = built();
  const bytes = modelFile(main, "test", constants);
  const model = ModelProto.decode(bytes);
  expect(Buffer.from(ModelProto.encode(model).finish()).equals(bytes)).toBe(true);
  const nodes = model.graph!.node!;
  expect(nodes.map(({ opType, domain }) => [opType, domain])).toEqual([
    ["Loop", ""],
    ["ReduceMean", "com.microsoft"],
    ["Cast", ""],
    ["Add", ""],
    ["Identity", ""],
  ]);
  const attributeOf = (name: string): proto.onnx.IAttributeProto => nodes[1]!.attribute!.find((each) => each.name === name)!;
  expect([Number(attributeOf("keepdims").i), attributeOf("alpha").f, attributeOf("axes").ints!.map(Number)]).toEqual([
    0,
    0.5,
    [-1, 2 ** 40],
  ]);
  expect(new TextDecoder().decode(attributeOf("mode").s)).toBe("größe");
  expect(nodes[0]!.attribute![0]!.g!.output!.map(({ name }) => name)).toEqual(["proceed", "next"]);
  expect(model.graph!.initializer!.map(({ dims, dataType, rawData }) => [dims!.map(Number), dataType, rawData!.length])).toEqual([
    [[], 7, 8],
    [[], 9, 1],
    [[2], 7, 16],
    [[1], 6, 4],
  ]);
  expect(model.graph!.input![0]!.type!.tensorType!.shape!.dim!.map(({ dimValue }) => Number(dimValue))).toEqual([2, 3]);
});
