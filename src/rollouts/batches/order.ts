/**
 * The order of rollouts: by prompt, then by sample. Restored before anything stateful, so that nothing depends on who
 * finished first.
 */
import { map, pipe, toArray, type UnaryFunction, type Observable } from "rxjs";
import type { Rollout } from "./rollout.ts";

/** What has coordinates in its step's batch: prompt and sample. */
export type Ordered = Pick<Rollout, "order">;

/** Compares coordinates: negative when `a` comes first, zero for the same coordinates. */
export const compareOrder = (a: Ordered, b: Ordered): number =>
  a.order.prompt === b.order.prompt ? a.order.sample - b.order.sample : a.order.prompt - b.order.prompt;

/** Coordinates as text, for messages and keys: `prompt 3 sample 1`. Different coordinates give different texts. */
export const coordinatesText = ({ order }: Ordered): string => `prompt ${order.prompt} sample ${order.sample}`;

/**
 * Waits for the end and emits everything at once, sorted by prompt, then by sample; an empty list when nothing came.
 */
export const ordered = <T extends { readonly rollout: Ordered }>(): UnaryFunction<
  Observable<T>,
  Observable<readonly T[]>
> =>
  pipe(
    toArray(),
    map((items) => items.toSorted((a, b) => compareOrder(a.rollout, b.rollout))),
  );
