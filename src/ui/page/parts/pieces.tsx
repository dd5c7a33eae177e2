/** Pieces that several pages have: tables, states, progress, and what is said while an answer is missing. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RunRow, RunState } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import type { Answer } from "../live/answer.ts";
import { leftText } from "./words.ts";

/** A table that may be wider than the page: it is scrolled within it. */
export const Scroll = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  // A region that scrolls must be reached by keyboard.
  <div class="scroll" role="region" tabIndex={0} aria-label={label}>
    {children}
  </div>
);

/** A table of names and values. */
export const ValueTable = ({
  label,
  caption,
  head,
  rows,
}: {
  readonly label: string;
  readonly caption: string;
  readonly head: readonly [string, string];
  readonly rows: readonly (readonly [name: ComponentChildren, value: ComponentChildren, number?: boolean])[];
}) => (
  <Scroll label={label}>
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{head[0]}</th>
          <th scope="col">{head[1]}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, value, number = false], i) => (
          <tr key={i}>
            <th scope="row">{name}</th>
            <td class={number ? "number" : ""}>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
);

/** A state as a word and a dot. */
export const StateMark = ({ state, error }: { readonly state: RunState; readonly error?: string | undefined }) => (
  <span class="state" title={error === undefined ? undefined : visible(error)}>
    <span class={`dot dot-${state}`} aria-hidden="true" />
    {state}
  </span>
);

/** Why a run failed, in a line. */
export const ErrorLine = ({ error }: { readonly error: string | undefined }) =>
  error === undefined ? null : (
    <span class="error-line" title={visible(error)}>
      {visible(error)}
    </span>
  );

type Progressing = Pick<RunRow, "step" | "steps" | "left" | "status">;

/** Steps that are done, and the time that is left. */
export const Progress = ({ row: { step, steps, left, status } }: { readonly row: Progressing }) => {
  const text = steps === undefined ? `${step} steps` : `${step} / ${steps}`;
  return (
    <span class="progress">
      {steps === undefined || steps === 0 ? null : (
        <progress max={steps} value={Math.min(step, steps)} aria-label={`${step} of ${steps} steps`} />
      )}
      <span class="steps">{text}</span>
      {left === undefined || status !== "running" ? null : <span class="quiet left">{leftText(left)}</span>}
    </span>
  );
};

/** Something went wrong, and what can be done. */
export const Problem = ({ message, ask }: { readonly message: string; readonly ask?: () => void }) => (
  <div class="notice bad" role="alert">
    <p>{message}</p>
    {ask === undefined ? null : (
      <button type="button" onClick={ask}>
        Try again
      </button>
    )}
  </div>
);

/** The newest answer, drawn; before it, and where it is not there, what is the matter. */
export const Shown = <T,>({
  answer,
  children,
}: {
  readonly answer: Answer<T>;
  readonly children: (value: T) => ComponentChildren;
}) => {
  const { value, pending, error, ask } = answer;
  if (value === undefined) {
    return error === undefined ? <p class="quiet">Loading …</p> : <Problem message={error} ask={ask} />;
  }
  return (
    <>
      {error === undefined ? null : (
        <Problem
          message={
            pending ? `${error} What was asked before is still shown.` : `What is shown is not the newest. ${error}`
          }
          ask={ask}
        />
      )}
      <div class={pending ? "pending" : ""} aria-busy={pending}>
        {children(value)}
      </div>
    </>
  );
};

/** The time, once in every so many milliseconds. */
export const useNow = (every: number): number => {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
};

/** Names the tab. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} – Retort`;
  }, [title]);
};
