/** The experiment files that have runs in the folder. */
import { useMemo } from "preact/hooks";
import type { RunList, RunRow } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { hrefOf } from "../live/place.ts";
import { Scroll, Shown, StateMark, useNow, useTitle } from "../parts/pieces.tsx";
import { agoText, isoText, states } from "../parts/words.ts";

const byFile = (rows: readonly RunRow[]): readonly (readonly [file: string, rows: readonly RunRow[]])[] => {
  const files = new Map<string, RunRow[]>();
  for (const row of rows) {
    const known = files.get(row.file);
    if (known === undefined) files.set(row.file, [row]);
    else known.push(row);
  }
  return [...files];
};

const FileTable = ({ rows }: { readonly rows: readonly RunRow[] }) => {
  const now = useNow(15_000);
  const files = useMemo(() => byFile(rows), [rows]);
  const shown = states.filter((state) => rows.some(({ status }) => status === state));
  return (
    <Scroll label="Sweeps">
      <table>
        <caption>Experiment files with their runs, the one that ran last first.</caption>
        <thead>
          <tr>
            <th scope="col">Experiment file</th>
            <th scope="col">Runs</th>
            {shown.map((state) => (
              <th key={state} scope="col">
                <StateMark state={state} />
              </th>
            ))}
            <th scope="col">Newest began</th>
          </tr>
        </thead>
        <tbody>
          {files.map(([file, own]) => {
            const newest = own.reduce((latest, { started }) => Math.max(latest, started), 0);
            return (
              <tr key={file}>
                <th scope="row">
                  <a href={hrefOf(["sweep", file])}>{visible(file)}</a>
                </th>
                <td class="number">{own.length}</td>
                {shown.map((state) => (
                  <td key={state} class="number">
                    {own.filter(({ status }) => status === state).length || "–"}
                  </td>
                ))}
                <td class="number" title={isoText(newest)}>
                  {agoText(newest, now)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
};

/** The page. */
export const SweepsPage = () => {
  useTitle("Sweeps");
  const answer = useAnswer<RunList>(`/api/runs?columns=${encodeURIComponent("[]")}`, { list: true });
  return (
    <>
      <h1>Sweeps</h1>
      <Shown answer={answer}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p>
              No sweep has begun yet: <code>retort sweep FILE</code> begins one.
            </p>
          ) : (
            <FileTable rows={rows} />
          )
        }
      </Shown>
    </>
  );
};
