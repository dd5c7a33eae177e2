/** The buffers of a compiled engine: which are alive, what each holds, and that none is used after it was disposed. */
import type { Buffer, Engine } from "./engine.ts";
import { bytesOf, type DataType, type TensorSpec } from "./program.ts";

/** A buffer that holds a tensor of a runtime. */
class HeldBuffer<T> implements Buffer {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Of the runtime. */
  readonly kind: string;
  readonly #released: (buffer: HeldBuffer<T>, tensor: T) => void;
  #held: { readonly tensor: T } | undefined;

  constructor(kind: string, tensor: T, spec: TensorSpec, released: (buffer: HeldBuffer<T>, tensor: T) => void) {
    this.kind = kind;
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.#held = { tensor };
    this.#released = released;
  }

  get tensor(): T {
    if (this.#held === undefined) throw new Error("a buffer was used after it had been disposed");
    return this.#held.tensor;
  }

  dispose(): void {
    if (this.#held === undefined) return;
    const { tensor } = this.#held;
    this.#held = undefined;
    this.#released(this, tensor);
  }
}

/** The buffers of one engine, whose runtime's tensors are `T`. */
export class HeldBuffers<T> {
  readonly #kind: string;
  readonly #free: (tensor: T) => void;
  readonly #alive = new Set<HeldBuffer<T>>();

  /** `kind` names the runtime in errors; `free` gives a tensor back to it. */
  constructor(kind: string, free: (tensor: T) => void = () => undefined) {
    this.#kind = kind;
    this.#free = free;
  }

  /** A new buffer of a tensor, which it owns from now on. */
  hold(tensor: T, spec: TensorSpec): Buffer {
    const buffer = new HeldBuffer(this.#kind, tensor, spec, (released, held: T) => {
      this.#alive.delete(released);
      this.#free(held);
    });
    this.#alive.add(buffer);
    return buffer;
  }

  /** What a buffer holds. `TypeError` for one of another runtime, `Error` for one that was disposed. */
  tensor(buffer: Buffer): T {
    if (buffer instanceof HeldBuffer && buffer.kind === this.#kind) return (buffer as HeldBuffer<T>).tensor;
    throw new TypeError(
      `a buffer of another engine was given to the engine ${this.#kind}; download it there and upload it here`,
    );
  }

  /** Buffers that are alive, and the bytes of their elements. */
  memory(): ReturnType<Engine["memory"]> {
    return { buffers: this.#alive.size, bytes: [...this.#alive].reduce((sum, buffer) => sum + bytesOf(buffer), 0) };
  }

  /** Disposes all. */
  dispose(): void {
    for (const buffer of this.#alive) buffer.dispose();
  }
}
