/** Answers of the server that stay fresh: asked again when what they are about has changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Refusal } from "../../answers.ts";
import type { ControlAnswer, ControlRequest } from "../../control-answers.ts";
import { visible } from "../../../files/visible.ts";
import { onChanged } from "./events.ts";

/** What is known of a question. */
export interface Answer<T> {
  /** The newest answer; nothing before the first. */
  readonly value: T | undefined;
  /** It is the answer to the question before this one. */
  readonly pending: boolean;
  /** Why there is no newer answer. */
  readonly error: string | undefined;
  /** Asks again. */
  readonly ask: () => void;
}

/** What an answer is about: it is asked again when that changes. */
export interface About {
  readonly runs?: "all" | readonly string[];
  readonly list?: boolean;
  /** Least milliseconds between two questions; 2000 when left out. What takes long to draw is asked for less often. */
  readonly pause?: number;
}

/** A training has the same processors as the page: each drawing of it is a part of a step. */
const usualPause = 2000;

const needsLink =
  "This page needs the link that `retort ui` printed: open that link in this browser again. The server says";

/** The message of a refusal; of something that is none, its beginning. */
const messageIn = (text: string): string => {
  try {
    const { error } = JSON.parse(text) as Partial<Refusal>;
    if (typeof error?.message === "string") return error.message;
  } catch (error) {
    // Something between the page and the server answered in its own way.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return text.slice(0, 500);
};

const refusalOf = async (response: Response): Promise<string> => {
  const message = messageIn(await response.text());
  const said = visible(message === "" ? `${response.status} ${response.statusText}` : message);
  return response.status === 401 || response.status === 403 ? `${needsLink}: ${said}` : said;
};

/** The text of an answer; an `Error` that says what to do where there is none. */
const request = async (path: string, init: RequestInit): Promise<string> => {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new Error("The server does not answer. Is `retort ui` still running?", { cause: error });
  }
  if (!response.ok) throw new Error(await refusalOf(response));
  return response.text();
};

const post = async <T>(path: string, asked: ControlRequest): Promise<T> => {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(asked) };
  return JSON.parse(await request(path, init)) as T;
};

/** Has something done to a run. */
export const control = (asked: ControlRequest): Promise<ControlAnswer> => post<ControlAnswer>("/api/control", asked);

/** The command that would do it. */
export const commandFor = async (asked: ControlRequest): Promise<string> =>
  (await post<Pick<ControlAnswer, "command">>("/api/command", asked)).command;

interface Asking {
  readonly ask: () => void;
  readonly close: () => void;
}

/** Asks at once, and again whenever it is told to, one question after the other and never more often than `pause`. */
const keepAsking = (
  path: string,
  pause: number,
  onText: (text: string) => void,
  onError: (message: string) => void,
): Asking => {
  const stopped = new AbortController();
  let [busy, again, begun] = [false, false, -pause];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (): Promise<void> => {
    [busy, again, begun] = [true, false, performance.now()];
    try {
      const text = await request(path, { signal: stopped.signal });
      if (!stopped.signal.aborted) onText(text);
    } catch (error) {
      if (!stopped.signal.aborted) onError(error instanceof Error ? error.message : String(error));
    }
    busy = false;
    if (again) ask();
  };
  const ask = (): void => {
    if (stopped.signal.aborted || timer !== undefined) return;
    if (busy) {
      again = true;
      return;
    }
    timer = setTimeout(
      () => {
        timer = undefined;
        void run();
      },
      Math.max(0, begun + pause - performance.now()),
    );
  };
  void run();
  return {
    ask,
    close: () => {
      stopped.abort();
      clearTimeout(timer);
    },
  };
};

interface Held<T> {
  readonly path: string | undefined;
  readonly value: T | undefined;
  readonly error: string | undefined;
}

/** The answer to a question, kept fresh; without a path nothing is asked. */
export const useAnswer = <T>(
  path: string | undefined,
  { runs = [], list = false, pause = usualPause }: About = {},
): Answer<T> => {
  const [held, setHeld] = useState<Held<T>>({ path: undefined, value: undefined, error: undefined });
  const ask = useRef<() => void>(() => undefined);
  const watched = JSON.stringify(runs);
  useEffect(() => {
    if (path === undefined) return;
    let known: string | undefined;
    setHeld((before) => (before.error === undefined ? before : { ...before, error: undefined }));
    const asking = keepAsking(
      path,
      pause,
      (text) => {
        // An answer that says nothing new must not draw everything again.
        if (text === known)
          setHeld((before) => (before.error === undefined ? before : { ...before, error: undefined }));
        else setHeld({ path, value: JSON.parse(text) as T, error: undefined });
        known = text;
      },
      (error) => setHeld((before) => ({ ...before, error })),
    );
    ask.current = asking.ask;
    const keys = runs === "all" ? undefined : new Set(runs);
    const forget = onChanged((changed) => {
      const own = keys === undefined ? changed.runs.length > 0 : changed.runs.some((key) => keys.has(key));
      if (changed.everything || own || (list && changed.list)) asking.ask();
    });
    return () => {
      forget();
      asking.close();
    };
  }, [path, watched, list, pause]);
  return { value: held.value, pending: held.path !== path, error: held.error, ask: () => ask.current() };
};
