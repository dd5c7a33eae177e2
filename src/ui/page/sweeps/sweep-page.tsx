/** The runs of one experiment file: what was varied, what came of it, and how far it is. */
import { useState } from "preact/hooks";
import type { SweepDetails, TrialRow } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { runHref, setQuery, useQuery } from "../live/place.ts";
import { Choice } from "../parts/inputs.tsx";
import { ErrorLine, Problem, Progress, Scroll, Shown, StateMark, useTitle } from "../parts/pieces.tsx";
import { ReportMarkup } from "../parts/report-markup.tsx";
import { countWords, counted, metricWords, states } from "../parts/words.ts";
import { Heatmap } from "./heatmap.tsx";

/** Trials that are shown at first, and how many more at a time. */
const [few, batch] = [20, 100];

const HeatControls = ({ details: { axes, metrics, metric, x, y } }: { readonly details: SweepDetails }) => {
  const names = axes.map(({ pointer, name }) => [pointer, visible(name)] as const);
  return (
    <div class="controls">
      <Choice
        label="Metric"
        value={metric}
        onValue={(to) => setQuery({ metric: to })}
        options={metrics.map((name) => [name, metricWords(name)])}
      />
      {axes.length < 2 ? null : (
        <>
          <Choice
            label="Columns"
            value={x}
            onValue={(to) => setQuery({ x: to, y: to === y ? x : y })}
            options={names}
          />
          <Choice label="Rows" value={y} onValue={(to) => setQuery({ y: to, x: to === x ? y : x })} options={names} />
        </>
      )}
    </div>
  );
};

const TrialLine = ({ trial }: { readonly trial: TrialRow }) => {
  const { label, status, key, error } = trial;
  return (
    <tr>
      <th scope="row">{key === undefined ? visible(label) : <a href={runHref(key)}>{visible(label)}</a>}</th>
      <td>
        <StateMark state={status} error={error} />
        <ErrorLine error={error} />
      </td>
      <td>
        <Progress row={{ ...trial, left: undefined }} />
      </td>
    </tr>
  );
};

const Trials = ({ trials }: { readonly trials: readonly TrialRow[] }) => {
  const [shown, setShown] = useState(few);
  const [state, setState] = useQuery("state");
  const found = state === "" ? trials : trials.filter(({ status }) => status === state);
  const present = states.filter((one) => trials.some(({ status }) => status === one) || one === state);
  return (
    <section aria-labelledby="trials">
      <h2 id="trials">Trials</h2>
      <div class="controls">
        <Choice
          label="State"
          value={state}
          onValue={setState}
          options={[["", "all"], ...present.map((one) => [one, one] as const)]}
        />
        <span class="quiet">{countWords(trials.map(({ status }) => status))}</span>
      </div>
      <Scroll label="Table of trials">
        <table>
          <caption>{counted(found.length, "trial")}</caption>
          <thead>
            <tr>
              <th scope="col">Trial</th>
              <th scope="col">State</th>
              <th scope="col">Progress</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown).map((trial, i) => (
              <TrialLine key={trial.key ?? `${i} ${trial.label}`} trial={trial} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {shown >= found.length ? null : (
        <button type="button" onClick={() => setShown(shown + batch)}>
          Show {Math.min(batch, found.length - shown)} more of {found.length}
        </button>
      )}
    </section>
  );
};

const Claims = ({ details: { claims, claimsError } }: { readonly details: SweepDetails }) =>
  claims === "" && claimsError === undefined ? null : (
    <section aria-labelledby="claims">
      <h2 id="claims">Claims</h2>
      {claimsError === undefined ? null : <Problem message={`The claims cannot be judged: ${visible(claimsError)}`} />}
      {claims === "" ? null : <ReportMarkup markup={claims} />}
    </section>
  );

const Plots = ({ plots }: Pick<SweepDetails, "plots">) =>
  plots.length === 0 ? null : (
    <section aria-labelledby="plots">
      <h2 id="plots">Plots</h2>
      <div class="plots">
        {plots.map(([name, figure]) => (
          <ReportMarkup key={name} markup={figure} />
        ))}
      </div>
    </section>
  );

const SweepView = ({ details }: { readonly details: SweepDetails }) => {
  const { question, mixed, axes, metrics } = details;
  return (
    <>
      {question === "" ? null : <p>{visible(question)}</p>}
      {mixed === undefined ? null : <p class="notice">{visible(mixed)}</p>}
      {axes.length === 0 || metrics.length === 0 ? null : (
        <section aria-labelledby="heatmap">
          <h2 id="heatmap">Heatmap</h2>
          <HeatControls details={details} />
          <Heatmap details={details} />
        </section>
      )}
      <Claims details={details} />
      <Trials trials={details.trials} />
      <Plots plots={details.plots} />
    </>
  );
};

/** The page. */
export const SweepPage = ({ file }: { readonly file: string }) => {
  useTitle(visible(file));
  const asked = { metric: useQuery("metric")[0], x: useQuery("x")[0], y: useQuery("y")[0] };
  const query = Object.entries(asked)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join("");
  const answer = useAnswer<SweepDetails>(`/api/sweep?file=${encodeURIComponent(file)}${query}`, {
    runs: "all",
    list: true,
  });
  return (
    <>
      <h1>{visible(file)}</h1>
      <Shown answer={answer}>{(details) => <SweepView details={details} />}</Shown>
    </>
  );
};
