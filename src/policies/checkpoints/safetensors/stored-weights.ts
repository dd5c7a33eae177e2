/** Weights that are in files: what there is, and a way to read it once it is known to fit. */
import type { Weights } from "../../policy.ts";

/** Tensors whose locations are checked and whose data is not read yet. */
export interface StoredWeights {
  /** The file, or the index of several, for errors. */
  readonly path: string;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>;
  /**
   * Reads these, one after the other, as float32. `TypeError` names one of a type that is not read, before anything is.
   */
  read(names: readonly string[]): Promise<Weights>;
}
