/**
 * A TensorFlow.js backend that computes nothing: its kernels append ONNX nodes, so that a program, its gradients
 * included, becomes one graph.
 */
import * as tf from "@tensorflow/tfjs";
import type { Loop, LoopRecorder, LoopResult } from "../loop.ts";
import type { MapRecorder, SliceBody } from "../map-slices.ts";
import { sizeOf, type NamedTensors } from "../program.ts";
import type { SlotRecorder } from "../write-slot.ts";
import { elementTypes } from "./graph.ts";
import { TensorRecorder } from "./tensor-recorder.ts";

/** Name under which TensorFlow.js knows the recording backend. */
export const recorderName = "recorder";

/** The recording backend. One graph is recorded at a time, synchronously; `start` begins it. */
export class Recorder extends TensorRecorder implements LoopRecorder, MapRecorder, SlotRecorder {
  recordLoop(loop: Loop): LoopResult {
    const { trips, carried } = loop;
    const { graph } = this;
    const names = Object.keys(carried);
    let outputs: [string, tf.Tensor][] = [];
    const inner = graph.body(() => {
      const counter = graph.input(graph.fresh("iteration"), { shape: [], dtype: "int32" }, "int64");
      graph.input(graph.fresh("condition"), { shape: [], dtype: "bool" });
      const inside = names.map((name) => {
        const { shape, dtype } = this.recorded(carried[name]!);
        return [
          name,
          this.#asTensor(this.tensor(graph.input(graph.fresh(name), { shape, dtype }), shape, dtype)),
        ] as const;
      });
      const [iteration] = graph.node("Cast", [counter], { to: elementTypes.int32 });
      const step = loop.body(
        this.#asTensor(this.tensor(iteration!, [], "int32")) as tf.Scalar,
        Object.fromEntries(inside),
      );
      outputs = Object.entries(step.outputs);
      this.#declare(step.proceed);
      for (const name of names) this.#declare(step.carried[name]!);
      for (const [, value] of outputs) this.#declare(value);
    });
    const limit = graph.constant(BigInt64Array.of(BigInt(trips)), [], "int64");
    const always = graph.constant(Uint8Array.of(1), [], "bool");
    const initial = names.map((name) => this.name(carried[name]!));
    const results = graph.node("Loop", [limit, always, ...initial], { body: inner }, names.length + outputs.length);
    return {
      carried: this.#named(
        names.map((name, i) => [name, this.tensor(results[i]!, carried[name]!.shape, carried[name]!.dtype)]),
      ),
      outputs: this.#named(
        outputs.map(([name, value], i) => [name, this.#padded(results[names.length + i]!, trips, value)]),
      ),
    };
  }

  /** A Scan: it reads its slices where they are, and writes each result at its index. */
  recordMap(tensors: NamedTensors, body: SliceBody): NamedTensors {
    const { graph } = this;
    let results: [string, tf.Tensor][] = [];
    const inner = graph.body(() => {
      const slices = Object.entries(tensors).map(([name, tensor]) => {
        const { shape, dtype } = this.recorded(tensor);
        const spec = { shape: shape.slice(1), dtype };
        return [name, this.#asTensor(this.tensor(graph.input(graph.fresh(name), spec), spec.shape, dtype))] as const;
      });
      results = Object.entries(body(Object.fromEntries(slices)));
      for (const [, value] of results) this.#declare(value);
    });
    const inputs = Object.values(tensors).map((tensor) => this.name(tensor));
    const names = graph.node("Scan", inputs, { body: inner, num_scan_inputs: inputs.length }, results.length);
    const [count] = Object.values(tensors).map(({ shape }) => shape[0]);
    return this.#named(
      results.map(([name, value], i) => [name, this.tensor(names[i]!, [count!, ...value.shape], value.dtype)]),
    );
  }

  #declare(value: tf.Tensor): void {
    const { name, shape, dtype } = this.recorded(value);
    this.graph.result(name, { shape, dtype });
  }

  /** Loop stacks as many rows as it ran; zeros fill the rest, so that the shape is static. */
  #padded(rows: string, trips: number, row: tf.Tensor): tf.TensorInfo {
    const shape = [trips, ...row.shape];
    const zeros = this.name(this.filled(0, shape, row.dtype));
    const [longer] = this.graph.node("Concat", [rows, zeros], { axis: 0 });
    const ends = [this.graph.indices([0]), this.graph.indices([trips]), this.graph.indices([0])];
    return this.node("Slice", [longer!, ...ends], shape, row.dtype);
  }

  #named(entries: readonly (readonly [string, tf.TensorInfo])[]): NamedTensors {
    return Object.fromEntries(entries.map(([name, info]) => [name, this.#asTensor(info)]));
  }

  #asTensor(info: tf.TensorInfo): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  recordWriteSlot(cache: tf.Tensor, axis: number, slot: tf.Tensor, value: tf.Tensor): tf.Tensor {
    const { graph } = this;
    const leading = cache.shape.slice(0, axis);
    const rows = sizeOf(leading);
    const rest = cache.shape.slice(axis + 1);
    const base = new BigInt64Array(rows * (axis + 1));
    for (let row = 0; row < rows; row += 1) {
      let remainder = row;
      for (let i = axis - 1; i >= 0; i -= 1) {
        base[row * (axis + 1) + i] = BigInt(remainder % leading[i]!);
        remainder = Math.floor(remainder / leading[i]!);
      }
    }
    const last = graph.indices(Array.from({ length: axis + 1 }, (_, i) => (i === axis ? 1 : 0)));
    const [slot64] = graph.node("Cast", [this.name(slot)], { to: elementTypes.int64 });
    const [shift] = graph.node("Mul", [slot64!, last]);
    const [indices] = graph.node("Add", [graph.constant(base, [rows, axis + 1], "int64"), shift!]);
    const [updates] = graph.node("Reshape", [this.name(value), graph.indices([rows, ...rest])]);
    return this.#asTensor(this.node("ScatterND", [this.name(cache), indices!, updates!], cache.shape, cache.dtype));
  }
}

/** The one recorder of this thread. */
export const recorder = new Recorder();

tf.registerBackend(recorderName, () => recorder, 0);
