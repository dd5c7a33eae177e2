/** The table of runs: a page of its lines, sorted by the column heads. */
import type { ComponentChildren } from "preact";
import type { RunRow } from "../../answers.ts";
import { axisText } from "../../../evaluation/claims/value-text.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";
import { runHref } from "../live/place.ts";
import { ErrorLine, Progress, Scroll, StateMark } from "../parts/pieces.tsx";
import { agoText, cellText, countWords, counted, isoText, metricWords } from "../parts/words.ts";
import type { Line, Listed } from "./selecting.ts";

/** What the table needs besides its lines. */
export interface TableProps {
  readonly lines: readonly Line[];
  /** Indices of the cells that are shown, with their names and kinds. */
  readonly columns: readonly { readonly at: number; readonly name: string; readonly kind: "parameter" | "metric" }[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (keys: readonly string[], on: boolean) => void;
  readonly now: number;
  readonly caption: string;
}

interface HeadProps {
  readonly column: string;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly title?: string | undefined;
  /** The first press sorts from the greatest. */
  readonly falling?: boolean;
  readonly children: ComponentChildren;
}

/** A column head: press after press it sorts one way, the other way, and not at all. */
const SortHead = ({ column, sort, onSort, title, falling = false, children }: HeadProps) => {
  const [up, down] = [column, `-${column}`];
  const cycle = falling ? [down, up, ""] : [up, down, ""];
  const next = cycle[(cycle.indexOf(sort) + 1) % 3] ?? "";
  const state = sort === up ? "ascending" : sort === down ? "descending" : "none";
  return (
    <th scope="col" aria-sort={state} title={title}>
      <button type="button" class="sort" onClick={() => onSort(cycle.includes(sort) ? next : cycle[0]!)}>
        {children}
        <span aria-hidden="true">{state === "ascending" ? " ▲" : state === "descending" ? " ▼" : ""}</span>
      </button>
    </th>
  );
};

const Headline = ({ headline }: Pick<RunRow, "headline">) =>
  headline === undefined ? (
    <>–</>
  ) : (
    <>
      {numberText(headline.value)} <span class="quiet">{metricWords(headline.metric)}</span>
    </>
  );

const RunLine = ({
  run: { row, name },
  columns,
  selected,
  onSelected,
  now,
}: Omit<TableProps, "lines"> & {
  readonly run: Listed;
}) => (
  <tr>
    <td>
      <input
        type="checkbox"
        aria-label={`Select ${name}`}
        checked={selected.has(row.key)}
        onChange={(event) => onSelected([row.key], event.currentTarget.checked)}
      />
    </td>
    <th scope="row" class="run-name">
      <a href={runHref(row.key)} title={visible(row.key)}>
        {name}
      </a>
      <span class="quiet file">{visible(row.file)}</span>
    </th>
    <td>
      <StateMark state={row.status} error={row.error} />
      <ErrorLine error={row.error} />
    </td>
    <td>
      <Progress row={row} />
    </td>
    <td class="number">
      <Headline headline={row.headline} />
    </td>
    <td class="number" title={isoText(row.started)}>
      {agoText(row.started, now)}
    </td>
    {columns.map(({ at, name: column, kind }) => (
      <td key={column} class="number">
        {cellText(row.cells[at], kind)}
      </td>
    ))}
  </tr>
);

const TableHead = ({ lines, columns, sort, onSort, selected, onSelected }: TableProps) => {
  const keys = lines.flatMap(({ run }) => (run === undefined ? [] : [run.row.key]));
  const head = { sort, onSort };
  return (
    <thead>
      <tr>
        <td>
          <input
            type="checkbox"
            aria-label="Select all runs of this page"
            checked={keys.length > 0 && keys.every((key) => selected.has(key))}
            onChange={(event) => onSelected(keys, event.currentTarget.checked)}
          />
        </td>
        <SortHead column="run" {...head}>
          Run
        </SortHead>
        <SortHead column="state" {...head}>
          State
        </SortHead>
        <SortHead column="progress" falling {...head}>
          Progress
        </SortHead>
        <SortHead column="headline" falling {...head}>
          Result
        </SortHead>
        <SortHead column="started" falling {...head}>
          Started
        </SortHead>
        {columns.map(({ name, kind }) => (
          <SortHead key={name} column={`=${name}`} falling={kind === "metric"} title={visible(name)} {...head}>
            {kind === "metric" ? metricWords(name) : visible(axisText(name))}
          </SortHead>
        ))}
      </tr>
    </thead>
  );
};

/** The table. */
export const RunsTable = (props: TableProps) => {
  const { lines, columns, caption } = props;
  return (
    <Scroll label="Runs">
      <table class="runs">
        <caption>{caption}</caption>
        <TableHead {...props} />
        <tbody>
          {lines.map((line) =>
            line.run === undefined ? (
              <tr key={`heading ${line.heading}`} class="group-head">
                <th scope="rowgroup" colSpan={6 + columns.length}>
                  {visible(line.heading)}{" "}
                  <span class="quiet">
                    {counted(line.statuses.length, "run")}: {countWords(line.statuses)}
                  </span>
                </th>
              </tr>
            ) : (
              <RunLine key={line.run.row.key} {...props} run={line.run} />
            ),
          )}
        </tbody>
      </table>
    </Scroll>
  );
};
