/** One prompt over the steps of a run, and of other runs beside it. */
import type { PromptHistory, Rollout, RunList, RunRow } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { listIn, runHref, setQuery, useQuery } from "../live/place.ts";
import { NameChoice } from "../parts/name-choice.tsx";
import { Shown } from "../parts/pieces.tsx";
import { counted, runName } from "../parts/words.ts";
import type { Coloring } from "./coloring.ts";
import { RolloutList } from "./rollout-view.tsx";
import { shownText } from "./token-list.tsx";

/** Other runs that can be looked at beside it. */
const mostOthers = 10;

const Histories = ({
  history,
  rows,
  coloring,
  others,
}: {
  readonly history: PromptHistory;
  readonly rows: readonly RunRow[];
  readonly coloring: Coloring;
  readonly others: string;
}) => {
  const runs = [...new Set(history.rollouts.map(({ run }) => run))];
  const of = (key: string): readonly Rollout[] =>
    history.rollouts.filter(({ run }) => run === key).toSorted((a, b) => a.step - b.step);
  const nameOf = (key: string): string => {
    const row = rows.find((other) => other.key === key);
    return row === undefined ? visible(key) : runName(row);
  };
  return (
    <>
      {runs.map((key) => (
        <section key={key} aria-label={nameOf(key)}>
          <h3>
            {nameOf(key)} <span class="quiet">{counted(of(key).length, "rollout")}</span>
          </h3>
          <RolloutList rollouts={of(key)} coloring={coloring} withStep others={others} />
        </section>
      ))}
      {runs.length === 0 ? <p>No step that was kept has this prompt.</p> : null}
      {history.more ? <p class="quiet">There are more than are shown.</p> : null}
    </>
  );
};

/** The history of a prompt. */
export const PromptPart = ({
  row,
  prompt,
  coloring,
}: {
  readonly row: RunRow;
  readonly prompt: string;
  readonly coloring: Coloring;
}) => {
  const [withText] = useQuery("with");
  const others = (listIn(withText) ?? []).slice(0, mostOthers);
  const keys = [row.key, ...others.filter((key) => key !== row.key)];
  const list = useAnswer<RunList>(`/api/runs?columns=${encodeURIComponent("[]")}`, { list: true });
  const rows = list.value?.rows ?? [];
  const path = `/api/prompt?runs=${encodeURIComponent(JSON.stringify(keys))}` + `&prompt=${encodeURIComponent(prompt)}`;
  const answer = useAnswer<PromptHistory>(path, { runs: keys });
  const offered = rows.filter(({ key, file }) => key !== row.key && (file === row.file || others.includes(key)));
  return (
    <>
      <p>
        <code class="text">{shownText(prompt)}</code>
      </p>
      <p>
        <a href={runHref(row.key, { part: "rollouts", with: withText })}>All rollouts of a step</a>
      </p>
      <NameChoice
        summary="Other runs"
        label="runs"
        names={offered.map((other) => [other.key, runName(other)])}
        chosen={others}
        onChosen={(chosen) =>
          setQuery({ with: chosen.length === 0 ? "" : JSON.stringify(chosen.slice(0, mostOthers)) })
        }
      />
      <Shown answer={answer}>
        {(history) => <Histories history={history} rows={rows} coloring={coloring} others={withText} />}
      </Shown>
    </>
  );
};
