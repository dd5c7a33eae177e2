/**
 * The contract of an engine: what runs programs. Its laws are in `test/laws/engine.laws.ts`; every engine passes the
 * same suite.
 */
import type { Program, TensorSpec, TypedArray } from "./program.ts";

/**
 * Data that an engine holds between programs: weights, optimizer state, inputs, outputs. Opaque; belongs to the engine
 * that made it.
 */
export interface Buffer extends TensorSpec {
  /** Frees the memory. A second call does nothing; use after it is an error. */
  dispose(): void;
}

/** A program made ready to run on one engine. */
export interface Executable<I extends string = string, O extends string = string> {
  /**
   * Runs the program. Inputs are checked by name, shape and type (`TypeError`, `RangeError`) and stay alive; every
   * output is a new buffer that the caller disposes.
   */
  run(inputs: Readonly<Record<I, Buffer>>): Promise<Record<O, Buffer>>;
  /** Frees the compiled form. Buffers that it returned stay alive. */
  dispose(): Promise<void>;
}

/** Runs programs and holds their data. */
export interface Engine {
  /** `onnx-cpu`, `tensorflow-gpu`, `tensorflow-cpu`, `webgpu`, `wasm` or `cpu`. */
  readonly name: string;
  /** Makes a program ready to run: recorded and compiled here, or run op by op. */
  compile<I extends string, O extends string>(program: Program<I, O>): Promise<Executable<I, O>>;
  /**
   * Takes ownership of `data`: it may be aliased, so it must not be written afterwards. Throws `RangeError` when length
   * and shape differ.
   */
  upload(data: TypedArray, spec: TensorSpec): Buffer;
  /** A copy of the buffer's values: in `into`, which has as many of the same type, or in an array of its own. */
  download(buffer: Buffer, into?: TypedArray): Promise<TypedArray>;
  /** The buffer's values in memory of their own, which may move to another thread; the buffer is disposed. */
  take(buffer: Buffer): Promise<TypedArray>;
  /** Bytes and buffers alive now, for the law that nothing grows. */
  memory(): { readonly buffers: number; readonly bytes: number };
  /** Frees every executable and buffer. */
  dispose(): Promise<void>;
}
