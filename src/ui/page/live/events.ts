/** What the server says by itself: which runs have changed. One connection for the tab, none while it is hidden. */
import { useEffect, useState } from "preact/hooks";
import type { Changed } from "../../answers.ts";

/** How the connection is. */
export type Connection =
  | { readonly state: "connecting" | "hidden" }
  | { readonly state: "live"; readonly restarted: boolean }
  /** `retry`: when it is tried again, as `Date.now()`; nothing while the browser does so by itself. */
  | { readonly state: "lost"; readonly retry: number | undefined };

/** Seconds until the next attempt: at first, and at most. */
const [shortestWait, longestWait] = [1, 30];

const everything: Changed = { runs: [], list: true, everything: true };

let connection: Connection = { state: "connecting" };
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let wait = shortestWait;

const watchers = new Set<() => void>();
const listeners = new Set<(changed: Changed) => void>();

const say = (next: Connection): void => {
  connection = next;
  for (const watcher of watchers) watcher();
};

const tell = (changed: Changed): void => {
  for (const listener of listeners) listener(changed);
};

const parsed = (text: string): Changed | undefined => {
  try {
    return JSON.parse(text) as Changed;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const close = (): void => {
  clearTimeout(timer);
  timer = undefined;
  source?.close();
  source = undefined;
};

const lose = (opened: EventSource): void => {
  if (opened.readyState !== EventSource.CLOSED) {
    say({ state: "lost", retry: undefined });
    return;
  }
  // The browser gives up where the answer was no stream: also where the server asks for its link again, which the
  // questions of the page then say.
  if (wait === shortestWait) tell(everything);
  close();
  say({ state: "lost", retry: Date.now() + 1000 * wait });
  timer = setTimeout(open, 1000 * wait);
  wait = Math.min(longestWait, 2 * wait);
};

function open(): void {
  close();
  const opened = new EventSource("/api/events");
  source = opened;
  let wasLost = connection.state === "lost";
  opened.onopen = () => {
    wait = shortestWait;
    say({ state: "live", restarted: false });
    // Whatever was asked before may be older than the first event.
    tell(everything);
  };
  opened.onmessage = ({ data }: MessageEvent<string>) => {
    const changed = parsed(data);
    if (changed === undefined) return;
    if (changed.everything && wasLost) say({ state: "live", restarted: true });
    wasLost = false;
    tell(changed);
  };
  opened.onerror = () => {
    wasLost = true;
    lose(opened);
  };
}

/** Listens from now on whenever the tab is seen. */
export const followEvents = (): void => {
  const follow = (): void => {
    if (document.hidden) {
      close();
      say({ state: "hidden" });
    } else open();
  };
  document.addEventListener("visibilitychange", follow);
  follow();
};

/** Calls the listener for each event until the function that is returned is called. */
export const onChanged = (listener: (changed: Changed) => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** How the connection is now. */
export const useConnection = (): Connection => {
  const [shown, setShown] = useState(connection);
  useEffect(() => {
    const watcher = (): void => setShown(connection);
    watchers.add(watcher);
    watcher();
    return () => watchers.delete(watcher);
  }, []);
  return shown;
};
