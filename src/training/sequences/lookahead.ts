/**
 * Steps that are drawn and scored ahead of the learner: each with the weights of a version that its number alone
 * decides.
 */
import { setMaxListeners } from "node:events";
import type { Weights } from "../../policies/policy.ts";
import { Timeline } from "../../rollouts/scoring/timeline.ts";

/** How far ahead, and until when. */
export interface LookaheadSizes {
  /** n: a step is drawn with the weights of n versions before those that will learn from it. */
  readonly maxStaleness: number;
  /** Of the run: nothing is drawn beyond them. */
  readonly steps: number;
  /** Whether weights draw at all; where only others write, none are kept. */
  readonly studentDraws: boolean;
}

/** What drawing ahead needs of a run. */
export interface LookaheadOptions extends LookaheadSizes {
  /** Sends weights to the samplers. */
  readonly publish: (weights: Weights) => Promise<void>;
  /** Aborting ends all that has begun. */
  readonly signal: AbortSignal;
}

/** What a step is drawn with. */
export interface DrawingContext {
  /** Of the weights that were published: the steps that they have learned from. */
  readonly version: number;
  /** The step's own. */
  readonly timeline: Timeline;
  /** To be called when all is drawn: the next step may be drawn while this one is still scored. */
  readonly drawn: () => void;
  readonly signal: AbortSignal;
}

/** A step whose sequences are drawn and scored. */
export interface ReadyStep<Sequences> {
  readonly sequences: Sequences;
  readonly timeline: Timeline;
}

/** Weights, and the memory that they are alone in, where it may be written again when nobody reads them. */
interface Offered {
  readonly weights: Weights;
  readonly memory: SharedArrayBuffer | undefined;
}

/**
 * The version of the student's weights that draws a step, from 1, at a lag of `maxStaleness`: max(0, step - 1 -
 * maxStaleness).
 */
const versionOf = (step: number, maxStaleness: number): number => Math.max(0, step - 1 - maxStaleness);

/**
 * The versions that draw the steps which have begun when `step` steps are done: those that a run must have to resume
 * there, besides the newest.
 */
export const versionsAhead = (
  step: number,
  { maxStaleness, steps, studentDraws }: LookaheadSizes,
): readonly number[] => {
  if (!studentDraws) return [];
  const begun = Array.from({ length: Math.max(0, Math.min(maxStaleness, steps - step)) }, (_, i) => step + 1 + i);
  return [...new Set(begun.map((next) => versionOf(next, maxStaleness)))].filter((version) => version < step);
};

/**
 * Draws steps in their order, one after the other, each with its own version of the weights; scoring overlaps with the
 * drawing of later steps and with learning. What is drawn never depends on speed. At a lag of 0 a step begins
 * when the step before is learned from.
 */
export class Lookahead<Sequences> {
  readonly #options: LookaheadOptions;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #offered = new Map<number, Offered>();
  readonly #steps = new Map<number, { readonly timeline: Timeline; readonly sequences: Promise<Sequences> }>();
  /** Resolves when all that has begun is drawn or has failed. */
  #drawn: Promise<void> = Promise.resolve();
  #published: number | undefined;
  /** What the samplers read. */
  #shown: Offered | undefined;
  /** Memory of weights that nobody reads. */
  readonly #spare: SharedArrayBuffer[] = [];

  constructor(options: LookaheadOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#ending.signal]);
    setMaxListeners(0, this.#signal);
  }

  /** Whether a step, or a resumed run, will need the weights `version`. */
  needs(version: number): boolean {
    const { maxStaleness, steps, studentDraws } = this.#options;
    return studentDraws && version + maxStaleness < steps;
  }

  /**
   * Keeps the weights that have learned from `version` steps, and forgets those that no later step is drawn with.
   * `memory`, where nothing but these weights is, becomes spare when nobody reads them.
   */
  offer(version: number, weights: Weights, memory?: SharedArrayBuffer): void {
    this.#offered.set(version, { weights, memory });
    const oldest = versionOf(version + 1, this.#options.maxStaleness);
    for (const known of this.#offered.keys()) if (known < oldest) this.#forget(known);
  }

  /** Offers the weights that the samplers were sent before any step began. */
  shows(version: number, weights: Weights, memory?: SharedArrayBuffer): void {
    this.offer(version, weights, memory);
    this.#published = version;
    this.#shown = this.#offered.get(version);
  }

  /** Memory of weights that neither a sampler nor a later step reads; it is not given twice. */
  spare(): SharedArrayBuffer | undefined {
    return this.#spare.pop();
  }

  /**
   * Begins a step, unless the run has fewer: `draw` is called when every step before is drawn and the step's weights
   * are published.
   */
  begin(step: number, draw: (context: DrawingContext) => Promise<Sequences>): void {
    const { maxStaleness, steps, studentDraws } = this.#options;
    if (step > steps) return;
    const [version, timeline, before] = [versionOf(step, maxStaleness), new Timeline(), this.#drawn];
    let drawn = (): void => undefined;
    const whenDrawn = new Promise<void>((resolve) => {
      drawn = resolve;
    });
    const sequences = (async () => {
      await before;
      if (studentDraws) await this.#publish(version, timeline);
      this.#signal.throwIfAborted();
      return draw({ version, timeline, drawn, signal: this.#signal });
    })();
    // `take` rejects with an error of the step; until then it must not count as an unhandled rejection.
    const over = sequences.then(
      () => undefined,
      () => undefined,
    );
    this.#drawn = Promise.race([whenDrawn, over]);
    this.#steps.set(step, { timeline, sequences });
  }

  /**
   * A step's sequences when they are drawn and scored; rejects with what went wrong. `RangeError` for a step that has
   * not begun.
   */
  async take(step: number): Promise<ReadyStep<Sequences>> {
    const begun = this.#steps.get(step);
    if (begun === undefined)
      throw new RangeError(
        `lookahead: expected step ${step} to have begun, got ${[...this.#steps.keys()].join(", ") || "none"}`,
      );
    const sequences = await begun.sequences;
    this.#steps.delete(step);
    return { sequences, timeline: begun.timeline };
  }

  /**
   * Publishes weights that were offered, when all that has begun is drawn: for an evaluation before the next step
   * begins.
   */
  async show(version: number, timeline: Timeline): Promise<void> {
    await this.#drawn;
    await this.#publish(version, timeline);
  }

  /** The weights of `versionsAhead` when `step` steps are done. */
  earlier(step: number): ReadonlyMap<number, Weights> {
    return new Map(versionsAhead(step, this.#options).map((version) => [version, this.#known(version).weights]));
  }

  /** Ends all that has begun, and waits for that. */
  async close(): Promise<void> {
    this.#ending.abort(new Error("the run has ended"));
    await Promise.allSettled([...this.#steps.values()].map(({ sequences }) => sequences));
  }

  #known(version: number): Offered {
    const offered = this.#offered.get(version);
    if (offered === undefined)
      throw new RangeError(
        `lookahead: expected the weights of version ${version}, got ${[...this.#offered.keys()].join(", ") || "none"}`,
      );
    return offered;
  }

  async #publish(version: number, timeline: Timeline): Promise<void> {
    if (this.#published === version) return;
    const next = this.#known(version);
    await timeline.during("publish", 0, () => this.#options.publish(next.weights));
    this.#published = version;
    const before = this.#shown;
    this.#shown = next;
    if (before !== undefined) this.#release(before);
    if (this.#options.maxStaleness === 0) this.#forget(version);
  }

  #forget(version: number): void {
    const offered = this.#offered.get(version);
    this.#offered.delete(version);
    if (offered !== undefined) this.#release(offered);
  }

  /** Keeps the memory of weights that are neither known nor shown any more. */
  #release(offered: Offered): void {
    if (offered === this.#shown || [...this.#offered.values()].includes(offered)) return;
    if (offered.memory !== undefined) this.#spare.push(offered.memory);
  }
}
