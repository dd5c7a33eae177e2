/** All runs of the folder: looked for, filtered, sorted, grouped, and chosen to be compared. */
import { useMemo, useState } from "preact/hooks";
import type { Column, Damaged, RunList, RunState } from "../../answers.ts";
import { axisText } from "../../../evaluation/claims/value-text.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { compareHref, listIn, setQuery, useQuery } from "../live/place.ts";
import { Check, Choice, SearchBox } from "../parts/inputs.tsx";
import { NameChoice } from "../parts/name-choice.tsx";
import { Scroll, Shown, StateMark, useNow, useTitle } from "../parts/pieces.tsx";
import { counted, states } from "../parts/words.ts";
import { RunsTable } from "./runs-table.tsx";
import { grouped, kindOf, linesOf, listed, matching, sorted, type Listed } from "./selecting.ts";

/** Rows of one page of the table. */
const pageSize = 100;

/** Runs that can be compared at once: more lines cannot be told apart, and a link has an end. */
const mostCompared = 60;

const StateFilter = ({ runs, chosen }: { readonly runs: readonly Listed[]; readonly chosen: readonly string[] }) => {
  const set = (state: RunState, on: boolean): void =>
    setQuery({ state: (on ? [...chosen, state] : chosen.filter((other) => other !== state)).join(","), page: "" });
  const counts = states.map((state) => [state, runs.filter(({ row }) => row.status === state).length] as const);
  return (
    <fieldset class="group">
      <legend class="unseen">States that are shown; all where none is chosen</legend>
      {counts
        .filter(([state, count]) => count > 0 || chosen.includes(state))
        .map(([state, count]) => (
          <Check key={state} checked={chosen.includes(state)} onChecked={(on) => set(state, on)}>
            <StateMark state={state} /> <span class="quiet">{count}</span>
          </Check>
        ))}
    </fieldset>
  );
};

const groupings = (columns: readonly Column[]): readonly (readonly [string, string])[] => [
  ["", "nothing"],
  ["file", "experiment file"],
  ["state", "state"],
  ...columns
    .filter(({ kind }) => kind === "parameter")
    .slice(0, 100)
    .map(({ name }) => [`=${name}`, visible(axisText(name))] as const),
];

const Pages = ({ label, page, count }: { readonly label: string; readonly page: number; readonly count: number }) => {
  const last = Math.max(0, Math.ceil(count / pageSize) - 1);
  if (last === 0) return null;
  return (
    <nav class="group" aria-label={label}>
      <button type="button" disabled={page === 0} onClick={() => setQuery({ page: String(page - 1) })}>
        Previous {pageSize}
      </button>
      <span class="quiet">
        {page * pageSize + 1} to {Math.min(count, (page + 1) * pageSize)} of {count}
      </span>
      <button type="button" disabled={page >= last} onClick={() => setQuery({ page: String(page + 1) })}>
        Next {pageSize}
      </button>
    </nav>
  );
};

const CompareBar = ({ keys, clear }: { readonly keys: readonly string[]; readonly clear: () => void }) => {
  const many = keys.length > mostCompared;
  return (
    <div class="group">
      <button
        type="button"
        class="first"
        disabled={keys.length < 2 || many}
        onClick={() => {
          location.hash = compareHref(keys);
        }}
      >
        Compare {counted(keys.length, "run")}
      </button>
      {keys.length === 0 ? null : (
        <button type="button" onClick={clear}>
          Select none
        </button>
      )}
      {many ? <span class="quiet">At most {mostCompared} can be compared at once.</span> : null}
    </div>
  );
};

const DamagedFolders = ({ damaged }: { readonly damaged: readonly Damaged[] }) =>
  damaged.length === 0 ? null : (
    <section aria-labelledby="damaged">
      <h2 id="damaged">Folders that cannot be read</h2>
      <Scroll label="Folders that cannot be read">
        <table>
          <thead>
            <tr>
              <th scope="col">Folder</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {damaged.map(({ folder, reason }) => (
              <tr key={folder}>
                <th scope="row">
                  <code>{visible(folder)}</code>
                </th>
                <td>{visible(reason)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );

const NoRuns = ({ root }: { readonly root: string }) => (
  <div class="notice">
    <p>
      There is no run in <code>{visible(root)}</code> yet. This begins one, and it appears here by itself:
    </p>
    <pre>
      <code>retort run experiments/quickstart.json</code>
    </pre>
  </div>
);

/** What the address says of the table. */
const useWish = () => {
  const [search] = useQuery("q");
  const [state] = useQuery("state");
  const [sort] = useQuery("sort");
  const [group, setGroup] = useQuery("group");
  const [columns] = useQuery("columns");
  const [page] = useQuery("page", "0");
  return {
    search,
    chosenStates: state === "" ? [] : state.split(","),
    sort,
    group,
    setGroup,
    columns: listIn(columns) ?? [],
    page: Math.max(0, Math.floor(Number(page)) || 0),
  };
};

type Wish = ReturnType<typeof useWish>;

const useLines = (list: RunList, { search, chosenStates, sort, group, page }: Wish) => {
  const runs = useMemo(() => listed(list.rows), [list]);
  const found = useMemo(() => matching(runs, search), [runs, search]);
  const wanted = chosenStates.join(",");
  const groups = useMemo(() => {
    const shown = wanted === "" ? found : found.filter(({ row }) => wanted.split(",").includes(row.status));
    return grouped(sorted(shown, sort, list.names), group, list.names);
  }, [found, wanted, sort, group, list]);
  const count = [...groups.values()].reduce((sum, { length }) => sum + length, 0);
  const at = Math.min(page, Math.max(0, Math.ceil(count / pageSize) - 1));
  return { found, count, at, lines: useMemo(() => linesOf(groups, at * pageSize, pageSize), [groups, at]) };
};

const Filters = ({
  list,
  wish,
  found,
}: {
  readonly list: RunList;
  readonly wish: Wish;
  readonly found: readonly Listed[];
}) => (
  <>
    <div class="controls">
      <SearchBox
        label="Find"
        hint="name, file, value, state"
        value={wish.search}
        onValue={(q) => setQuery({ q, page: "" })}
      />
      <StateFilter runs={found} chosen={wish.chosenStates} />
      <Choice label="Group by" value={wish.group} onValue={wish.setGroup} options={groupings(list.columns)} />
    </div>
    <NameChoice
      summary="Columns"
      label="columns"
      names={list.columns.map(({ name, kind }) => [name, kind])}
      chosen={wish.columns}
      onChosen={(names) => setQuery({ columns: names.length === 0 ? "" : JSON.stringify(names) })}
    />
  </>
);

const RunTable = ({ list, wish }: { readonly list: RunList; readonly wish: Wish }) => {
  const { found, count, at, lines } = useLines(list, wish);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const now = useNow(15_000);
  const keys = list.rows.map(({ key }) => key).filter((key) => selected.has(key));
  const columns = list.names
    .map((name, index) => ({ at: index, name, kind: kindOf(list, name) }))
    .filter(({ name }) => wish.columns.includes(name));
  return (
    <>
      <Filters list={list} wish={wish} found={found} />
      <div class="controls">
        <CompareBar keys={keys} clear={() => setSelected(new Set())} />
        <Pages label="Pages of the table" page={at} count={count} />
      </div>
      <RunsTable
        lines={lines}
        columns={columns}
        sort={wish.sort}
        onSort={(sort) => setQuery({ sort, page: "" })}
        selected={selected}
        onSelected={(changed, on) =>
          setSelected(
            (before) => new Set(on ? [...before, ...changed] : [...before].filter((k) => !changed.includes(k))),
          )
        }
        now={now}
        caption={count === list.rows.length ? counted(count, "run") : `${count} of ${counted(list.rows.length, "run")}`}
      />
      <Pages label="Pages of the table, below it" page={at} count={count} />
    </>
  );
};

/** The page. */
export const RunsPage = () => {
  useTitle("Runs");
  const wish = useWish();
  const asked = [...wish.columns, ...(wish.group.startsWith("=") ? [wish.group.slice(1)] : [])];
  const path = `/api/runs?columns=${encodeURIComponent(JSON.stringify([...new Set(asked)]))}`;
  const answer = useAnswer<RunList>(path, { runs: "all", list: true });
  return (
    <>
      <h1>Runs</h1>
      <Shown answer={answer}>
        {(list) => (
          <>
            {list.rows.length === 0 ? <NoRuns root={list.root} /> : <RunTable list={list} wish={wish} />}
            <DamagedFolders damaged={list.damaged} />
          </>
        )}
      </Shown>
    </>
  );
};
