/** What can be done to a run: stop it, keep its state, resume it, run it again with other values. */
import { useEffect, useState } from "preact/hooks";
import type { RunDetails } from "../../answers.ts";
import type { ControlAnswer, ControlRequest } from "../../control-answers.ts";
import { visible } from "../../../files/visible.ts";
import { commandFor, control } from "../live/answer.ts";
import { CopyButton } from "../parts/inputs.tsx";

/** Milliseconds in which a second press is taken as a yes. */
const confirming = 5000;

type Outcome =
  | { readonly said: "nothing" | "asking" }
  | { readonly said: "done"; readonly answer: ControlAnswer }
  | { readonly said: "refused"; readonly message: string };

/** A button that must be pressed twice. */
const SureButton = ({
  text,
  sure,
  disabled,
  onSure,
}: {
  readonly text: string;
  readonly sure: string;
  readonly disabled: boolean;
  readonly onSure: () => void;
}) => {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(false), confirming);
    return () => clearTimeout(timer);
  }, [asked]);
  return (
    <button
      type="button"
      class={asked ? "sure" : ""}
      disabled={disabled}
      onClick={() => {
        setAsked(!asked);
        if (asked) onSure();
      }}
    >
      {asked ? sure : text}
    </button>
  );
};

const Command = ({ command }: { readonly command: string }) => (
  <div class="command">
    <pre>
      <code>{visible(command)}</code>
    </pre>
    <CopyButton text={command} />
  </div>
);

/** The command, which is only asked for when somebody wants to see it. */
const AgainCommand = ({ run, summary }: { readonly run: string; readonly summary: string }) => {
  const [shown, setShown] = useState<{ readonly command?: string; readonly problem?: string }>({});
  const ask = async (): Promise<void> => {
    try {
      setShown({ command: await commandFor({ run, action: "resume" }) });
    } catch (error) {
      setShown({ problem: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <details class="choice" onToggle={(event) => (event.currentTarget.open ? void ask() : setShown({}))}>
      <summary>{summary}</summary>
      {shown.command === undefined ? null : <Command command={shown.command} />}
      {shown.problem === undefined ? null : <p class="bad">{shown.problem}</p>}
    </details>
  );
};

const OutcomeLine = ({ outcome }: { readonly outcome: Outcome }) => (
  <div role="status" class="outcome-line">
    {outcome.said === "asking" ? <p class="quiet">Asking …</p> : null}
    {outcome.said === "refused" ? <p class="bad">{outcome.message}</p> : null}
    {outcome.said === "done" ? (
      <>
        <p>{visible(outcome.answer.message)} The command that does the same:</p>
        <Command command={outcome.answer.command} />
      </>
    ) : null}
  </div>
);

const VariantForm = ({
  busy,
  onVariant,
}: {
  readonly busy: boolean;
  readonly onVariant: (overrides: readonly string[]) => void;
}) => {
  const [text, setText] = useState("");
  const overrides = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const wrong = overrides.find((line) => !/^\/[^=]*[^=/]=/u.test(line));
  return (
    <details class="choice">
      <summary>New variant</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onVariant(overrides);
        }}
      >
        <label class="field tall">
          Values that are other than in its file, one in a line
          <textarea
            rows={3}
            spellcheck={false}
            placeholder="/objective/alpha=0.5"
            value={text}
            aria-describedby="variant-note"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <p id="variant-note" class={wrong === undefined ? "quiet" : "bad"}>
          {wrong === undefined
            ? "The experiment file runs again with these values, as a run of its own. Pointers are in the settings."
            : `Expected a pointer and a value such as /objective/alpha=0.5, got ${visible(wrong)}`}
        </p>
        <button type="submit" disabled={busy || overrides.length === 0 || wrong !== undefined}>
          Run the variant
        </button>
      </form>
    </details>
  );
};

const resumable: readonly string[] = ["paused", "interrupted", "failed"];

/** The buttons of a run, with what came of the last one. */
export const Controls = ({ details: { row, process, sweep } }: { readonly details: RunDetails }) => {
  const [outcome, setOutcome] = useState<Outcome>({ said: "nothing" });
  const busy = outcome.said === "asking";
  const send = async (request: Omit<ControlRequest, "run">): Promise<void> => {
    setOutcome({ said: "asking" });
    try {
      setOutcome({ said: "done", answer: await control({ run: row.key, ...request }) });
    } catch (error) {
      setOutcome({ said: "refused", message: error instanceof Error ? error.message : String(error) });
    }
  };
  const running = row.status === "running";
  const reachable = running && process !== undefined;
  return (
    <section class="run-controls" aria-label="What can be done">
      <div class="group">
        {running ? (
          <>
            <SureButton
              text={sweep === undefined ? "Stop" : "Stop its sweep"}
              sure="Really stop?"
              disabled={busy || !reachable}
              onSure={() => void send({ action: "stop" })}
            />
            <button type="button" disabled={busy || !reachable} onClick={() => void send({ action: "checkpoint" })}>
              Checkpoint now
            </button>
          </>
        ) : null}
        {resumable.includes(row.status) ? (
          <button type="button" class="first" disabled={busy} onClick={() => void send({ action: "resume" })}>
            Resume
          </button>
        ) : null}
        {running && process === undefined ? (
          <span class="quiet">It runs on another machine, or its process cannot be told anything.</span>
        ) : null}
      </div>
      <OutcomeLine outcome={outcome} />
      <div class="choices">
        <VariantForm busy={busy} onVariant={(overrides) => void send({ action: "variant", overrides })} />
        <AgainCommand
          run={row.key}
          summary={resumable.includes(row.status) ? "Command that resumes it" : "Command that runs it again"}
        />
      </div>
    </section>
  );
};
