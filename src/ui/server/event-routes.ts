/** `GET /api/events`: tells a page what has changed, as server-sent events. */
import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Changed } from "../answers.ts";
import type { WatchedRuns } from "../answering/watched-runs.ts";
import { ChangeLog } from "./changes.ts";
import { refuse } from "./guard.ts";

/** Milliseconds between two readings of the folder while somebody looks, and between two signs of life. */
const [readEvery, beatEvery] = [1000, 15_000];

/** Pages that are told at once. */
const mostPages = 50;

/** Reads the folder every second while a page is open, and keeps what has changed. */
class Watch {
  readonly log = new ChangeLog();
  readonly #runs: WatchedRuns;
  #pages = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(runs: WatchedRuns) {
    this.#runs = runs;
    // First of all listeners, so that a change has its name before a page is told of it.
    runs.listen((changed) => this.log.add(changed));
  }

  get isFull(): boolean {
    return this.#pages >= mostPages;
  }

  /** Until it is called off. */
  open(): () => void {
    this.#pages += 1;
    this.#timer ??= setInterval(() => void this.#runs.refresh().catch(() => undefined), readEvery);
    return () => {
      this.#pages -= 1;
      if (this.#pages > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }
}

/** Adds the route. */
export const addEvents = (app: Hono, runs: WatchedRuns): void => {
  const watch = new Watch(runs);
  app.get("/api/events", (context) => {
    if (watch.isFull) return refuse(context, 409, `expected at most ${mostPages} open pages, got more; close some`);
    const last = context.req.header("last-event-id") ?? context.req.query("last");
    return streamSSE(context, async (stream) => {
      const close = watch.open();
      const waiting: Changed[] = [];
      let wake = (): void => undefined;
      const off = runs.listen((changed) => {
        waiting.push(changed);
        wake();
      });
      stream.onAbort(() => wake());
      try {
        await runs.refresh().catch(() => undefined);
        waiting.length = 0;
        await stream.writeSSE({ id: watch.log.id, data: JSON.stringify(watch.log.since(last)) });
        while (!stream.aborted) {
          const beat = await nextChange(waiting, (woken) => (wake = woken));
          if (stream.aborted) return;
          if (beat) await stream.write(": alive\n\n");
          for (const changed of waiting.splice(0))
            await stream.writeSSE({ id: watch.log.id, data: JSON.stringify(changed) });
        }
      } finally {
        off();
        close();
      }
    });
  });
};

/** Waits for a change, or until a sign of life is due: then it is true. */
const nextChange = (waiting: readonly Changed[], onWake: (wake: () => void) => void): Promise<boolean> =>
  new Promise((resolve) => {
    if (waiting.length > 0) return resolve(false);
    const timer = setTimeout(() => resolve(true), beatEvery);
    onWake(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
