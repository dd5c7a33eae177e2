/**
 * When each part of a step ran, or of an evaluation: spans of time in lanes, for a Gantt chart. Steps may overlap; each
 * has its own timeline.
 */

/** Something that ran. */
export interface Span {
  /** What ran: `draw`, a scorer's name, `update` ... */
  readonly lane: string;
  /** Which of the lane's concurrent slots it took, from 0: spans of one lane and slot never overlap. */
  readonly slot: number;
  /** ms, on the clock of `performance.now()`. */
  readonly start: number;
  readonly end: number;
  /** Rollouts that it was about. */
  readonly count: number;
}

/** Collects spans. */
export class Timeline {
  #spans: Span[] = [];

  /** Adds a span that was timed elsewhere. */
  readonly add = (span: Span): void => {
    this.#spans.push(span);
  };

  /** Times `work`, which runs alone in its lane, whether it succeeds or not. */
  async during<Value>(lane: string, count: number, work: () => Promise<Value>): Promise<Value> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.add({ lane, slot: 0, start, end: performance.now(), count });
    }
  }

  /** What was collected since the last call, in order of start. */
  take(): readonly Span[] {
    const taken = this.#spans.toSorted((a, b) => a.start - b.start);
    this.#spans = [];
    return taken;
  }
}
