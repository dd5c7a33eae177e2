/** One run: how it is, what can be done, and its parts. */
import type { ComponentChildren } from "preact";
import type { RunDetails } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { hrefOf, runHref, usePlace } from "../live/place.ts";
import { ErrorLine, Progress, Shown, StateMark, useNow, useTitle } from "../parts/pieces.tsx";
import { agoText, counted, isoText, runName } from "../parts/words.ts";
import { RolloutsPart } from "../rollouts/rollouts-part.tsx";
import { Alarms } from "./alarms.tsx";
import { Controls } from "./controls.tsx";
import { CurvesPart } from "./curves-part.tsx";
import { LogPart, SettingsPart } from "./settings-part.tsx";
import { StepPart } from "./step-part.tsx";

const parts = ["curves", "rollouts", "step", "settings", "log"] as const;

type Part = (typeof parts)[number];

const partWords: Readonly<Record<Part, string>> = {
  curves: "Curves",
  rollouts: "Rollouts",
  step: "Step",
  settings: "Settings",
  log: "Log",
};

const partOf = (details: RunDetails, part: Part): ComponentChildren => {
  switch (part) {
    case "curves":
      return <CurvesPart details={details} />;
    case "rollouts":
      return <RolloutsPart row={details.row} />;
    case "step":
      return <StepPart run={details.row.key} />;
    case "settings":
      return <SettingsPart details={details} />;
    case "log":
      return <LogPart details={details} />;
  }
};

const Unreadable = ({ unreadable }: Pick<RunDetails, "unreadable">) => {
  const files = Object.entries(unreadable).filter(([, count]) => count > 0);
  return files.length === 0 ? null : (
    <p class="notice">
      {files.map(([file, count]) => `${counted(count, "line")} of ${visible(file)}`).join(", ")} cannot be read and are
      left out: the run may have been killed while it wrote them.
    </p>
  );
};

const Facts = ({ facts }: Pick<RunDetails, "facts">) => (
  <dl class="facts">
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{visible(name)}</dt>
        <dd>{visible(value)}</dd>
      </div>
    ))}
  </dl>
);

const Summary = ({ details }: { readonly details: RunDetails }) => {
  const { row, question, facts, alarms, unreadable } = details;
  const now = useNow(15_000);
  return (
    <>
      <p class="summary">
        <StateMark state={row.status} />
        <Progress row={row} />
        <span class="quiet" title={isoText(row.started)}>
          started {agoText(row.started, now)}
        </span>
        <a href={hrefOf(["sweep", row.file])}>{visible(row.file)}</a>
      </p>
      <ErrorLine error={row.error} />
      {question === "" ? null : <p>{visible(question)}</p>}
      <Alarms alarms={alarms} />
      <Unreadable unreadable={unreadable} />
      <Controls details={details} />
      <details class="choice">
        <summary>Facts</summary>
        <Facts facts={facts} />
      </details>
    </>
  );
};

const Parts = ({ run, part }: { readonly run: string; readonly part: Part }) => {
  const { query } = usePlace();
  // How curves are drawn stays when another part is looked at in between.
  const kept = Object.fromEntries(["x", "smooth", "log", "step", "with"].map((name) => [name, query.get(name) ?? ""]));
  return (
    <nav class="tabs" aria-label="Parts of the run">
      <ul>
        {parts.map((name) => (
          <li key={name}>
            <a href={runHref(run, { ...kept, part: name })} aria-current={name === part ? "page" : undefined}>
              {partWords[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};

const RunView = ({ details }: { readonly details: RunDetails }) => {
  const asked = usePlace().query.get("part");
  const part = parts.find((name) => name === asked) ?? "curves";
  const name = runName(details.row);
  useTitle(name);
  return (
    <>
      <h1>{name}</h1>
      <Summary details={details} />
      <Parts run={details.row.key} part={part} />
      {partOf(details, part)}
    </>
  );
};

/** The page. */
export const RunPage = ({ run }: { readonly run: string }) => {
  const answer = useAnswer<RunDetails>(`/api/run?run=${encodeURIComponent(run)}`, { runs: [run] });
  return (
    <>
      {answer.value === undefined ? <h1>{visible(run)}</h1> : null}
      <Shown answer={answer}>{(details) => <RunView details={details} />}</Shown>
    </>
  );
};
