/** What a recording backend of TensorFlow.js knows of each tensor instead of its values: where it is in the graph. */
import * as tf from "@tensorflow/tfjs";
import type { DataType, TypedArray } from "../program.ts";
import type { Attribute, GraphBuilder } from "./graph.ts";

/** What the recorder knows of a tensor instead of its values. */
interface Recorded {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Values of constants that the program itself made. */
  readonly values?: TypedArray;
  /** The one value of a constant that is the same everywhere. */
  readonly fill?: number;
  /** What this tensor is a broadcast of: ops that broadcast anyway read the small one. */
  readonly source?: Recorded;
}

const arrayTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

const storedType = (dtype: string): DataType => {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new TypeError(`recording: expected tensors of float32, int32 or bool, got ${dtype}`);
};

const toTypedArray = (values: tf.backend_util.BackendValues, dtype: DataType): TypedArray => {
  const Type = arrayTypes[dtype];
  return values instanceof Type ? values : Type.from(values as ArrayLike<number>);
};

/** The recorded tensors of one graph at a time, and the nodes that make them. */
export class TensorRecorder extends tf.KernelBackend {
  readonly #tensors = new WeakMap<object, Recorded>();
  #graph: GraphBuilder | undefined;

  /** Begins a new graph; tensors of the previous one are refused from now on. */
  start(graph: GraphBuilder): void {
    this.#graph = graph;
  }

  /** Forgets the graph and its constants. */
  stop(): void {
    this.#graph = undefined;
  }

  /** The graph that is being recorded. Throws when there is none. */
  get graph(): GraphBuilder {
    if (this.#graph === undefined) throw new Error("recording: no graph has been started");
    return this.#graph;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ["nothing is stored while recording"] };
  }
  override timerAvailable(): boolean {
    return false;
  }
  override incRef(): void {}
  /** Part of the protocol between the engine of TensorFlow.js and backends. */
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override disposeData(): boolean {
    return true;
  }
  /** Part of the protocol between kernels and backends. */
  disposeIntermediateTensorInfo(): void {}
  override dispose(): void {}

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const id = {};
    this.#tensors.set(id, this.#constant(toTypedArray(values, storedType(dtype)), shape, storedType(dtype)));
    return id;
  }

  override move(id: object, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#tensors.set(id, this.#constant(toTypedArray(values, storedType(dtype)), shape, storedType(dtype)));
  }

  override readSync(id: object): TypedArray {
    const values = this.#tensors.get(id)?.values;
    if (values !== undefined) return values;
    throw new Error(
      "a program read the value of a tensor while it was being recorded (dataSync, arraySync, or an op that " +
        "needs values); " +
        "make the value an input of the program, or express the choice with tf.where",
    );
  }

  override read(id: object): Promise<TypedArray> {
    return new Promise((resolve) => resolve(this.readSync(id)));
  }

  #constant(values: TypedArray, shape: readonly number[], dtype: DataType): Recorded {
    const first = values[0];
    if (first !== undefined && values.every((value) => Object.is(value, first)))
      return this.#fill(first, shape, dtype, values);
    return { name: this.graph.constant(values.slice(), shape, dtype), shape, dtype, values };
  }

  #fill(fill: number, shape: readonly number[], dtype: DataType, values?: TypedArray): Recorded {
    const scalar: Recorded = {
      name: this.graph.constant(arrayTypes[dtype].of(fill), [], dtype),
      shape: [],
      dtype,
      fill,
    };
    const known = values !== undefined && values.length <= 64 ? { values } : {};
    if (shape.length === 0) return { ...scalar, ...known };
    return { ...this.#expanded(scalar, shape), fill, ...known };
  }

  #expanded(source: Recorded, shape: readonly number[]): Recorded {
    const [name] = this.graph.node("Expand", [source.name, this.graph.indices(shape)]);
    this.graph.shaped(name!, { shape, dtype: source.dtype });
    return { name: name!, shape, dtype: source.dtype, source: source.source ?? source };
  }

  #info(recorded: Recorded): tf.TensorInfo {
    const id = {};
    this.graph.shaped(recorded.name, recorded);
    this.#tensors.set(id, recorded);
    return { dataId: id, shape: [...recorded.shape], dtype: recorded.dtype };
  }

  /** What is recorded of a tensor. Throws for tensors of another backend. */
  recorded(tensor: tf.TensorInfo): Recorded {
    const recorded = this.#tensors.get(tensor.dataId);
    if (recorded !== undefined) return recorded;
    throw new Error("a program used a tensor that was made outside of it; pass it as an input");
  }

  /** Name of a tensor's value in the graph. */
  name(tensor: tf.TensorInfo): string {
    return this.recorded(tensor).name;
  }

  /** The tensor named `name` in the graph. */
  tensor(name: string, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    return this.#info({ name, shape, dtype: storedType(dtype) });
  }

  /** A tensor with one value everywhere. */
  filled(value: number, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    return this.#info(this.#fill(value, shape, storedType(dtype)));
  }

  /** `x` broadcast to `shape`. */
  broadcast(x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    const recorded = this.recorded(x);
    if (recorded.shape.join() === shape.join()) return this.#info(recorded);
    return this.#info(
      recorded.fill === undefined ? this.#expanded(recorded, shape) : this.#fill(recorded.fill, shape, recorded.dtype),
    );
  }

  /**
   * Names of operands of an op that broadcasts: each is replaced by what it is a broadcast of while all together still
   * span `shape`.
   */
  unexpanded(operands: readonly tf.TensorInfo[], shape: readonly number[]): string[] {
    const chosen = operands.map((operand) => this.recorded(operand));
    for (const [i, { source }] of chosen.entries()) {
      if (source === undefined) continue;
      const shapes = chosen.with(i, source).map((recorded) => [...recorded.shape]);
      const spanned = shapes.reduce((sum, next) => tf.broadcast_util.assertAndGetBroadcastShape(sum, next));
      if (spanned.join() === shape.join()) chosen[i] = source;
    }
    return chosen.map(({ name }) => name);
  }

  /** Appends a node with one output. */
  node(
    operator: string,
    inputs: readonly string[],
    shape: readonly number[],
    dtype: tf.DataType,
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): tf.TensorInfo {
    const [name] = this.graph.node(operator, inputs, attributes, 1, domain);
    return this.tensor(name!, shape, dtype);
  }
}
