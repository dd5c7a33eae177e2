/** Several runs beside each other: their curves in the same charts, and what tells them apart. */
import { useCallback, useMemo } from "preact/hooks";
import type { Compared, Curves, RunRow } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { ChartControls, useChartSettings } from "../charts/chart-controls.tsx";
import { chartPause, lookOf, rankOf } from "../charts/lines.ts";
import { useAnswer } from "../live/answer.ts";
import { compareHref, hrefOf, listIn, runHref, setQuery, useQuery } from "../live/place.ts";
import { Check } from "../parts/inputs.tsx";
import { NameChoice } from "../parts/name-choice.tsx";
import { Scroll, Shown, StateMark, ValueTable, useTitle } from "../parts/pieces.tsx";
import { cellText, counted, maybeNumber, metricWords, runName, settingName } from "../parts/words.ts";
import { LineSample, Overlay, type Identity, type Overlaid } from "./overlay.tsx";

/** Points of a curve; metrics that are shown where the address names none. */
const [points, mostDefault] = [800, 4];

const asList = (items: readonly string[]): string => encodeURIComponent(JSON.stringify(items));

/** The result, then the best known of rewards, losses and divergences. */
const defaultMetrics = ({ rows, metrics }: Compared): readonly string[] => {
  const sorted = metrics.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ name }) => name);
  const known = [/^reward(\/|$)/u, /^loss$/u, /divergence/u].map((pattern) =>
    sorted.find((name) => pattern.test(name)),
  );
  const wanted = [...rows.map(({ headline }) => headline?.metric), ...known].filter((name) => name !== undefined);
  const names = [...new Set(wanted)].slice(0, mostDefault);
  return names.length > 0 ? names : sorted.slice(0, mostDefault);
};

/** What lines are called and how they look; a line of a setting is known by its first run. */
const useIdentities = (rows: readonly RunRow[], bands: boolean): ((key: string) => Identity) => {
  const known = useMemo(() => {
    const names = rows.map(runName);
    return new Map(
      rows.map((row, index) => {
        const repeats = rows.filter(({ setting }) => setting !== undefined && setting === row.setting);
        const shared = names.filter((name) => name === names[index]).length > 1;
        const own = shared ? `${names[index]}, ${visible(row.key)}` : names[index]!;
        const together = bands && repeats.length > 1;
        const href = together ? compareHref(repeats.map(({ key }) => key)) : runHref(row.key);
        return [row.key, { index, name: together ? settingName(repeats) : own, href }] as const;
      }),
    );
  }, [rows, bands]);
  return useCallback((key) => known.get(key) ?? { index: 0, name: visible(key), href: runHref(key) }, [known]);
};

const overlaidOf = ({ curves, bands }: Curves, metrics: readonly string[]): readonly Overlaid[] =>
  metrics.flatMap((metric) =>
    (["evaluation", "step"] as const)
      .map((kind) => ({
        metric,
        kind,
        curves: curves.filter((curve) => curve.metric === metric && curve.kind === kind && curve.value.length > 0),
        bands: bands.filter((band) => band.metric === metric && band.kind === kind && band.step.length > 0),
      }))
      .filter((overlaid) => overlaid.curves.length + overlaid.bands.length > 0),
  );

const Charts = ({
  curves,
  metrics,
  rows,
  bands,
}: {
  readonly curves: Curves;
  readonly metrics: readonly string[];
  readonly rows: readonly RunRow[];
  readonly bands: boolean;
}) => {
  const settings = useChartSettings();
  const known = useIdentities(rows, bands);
  const overlaid = useMemo(() => overlaidOf(curves, metrics), [curves, metrics.join("\n")]);
  return (
    <>
      {curves.missing.length === 0 ? null : (
        <p class="notice">
          {counted(curves.missing.length, "run")} cannot be read: {curves.missing.map(visible).join(", ")}
        </p>
      )}
      {overlaid.length === 0 ? <p>None of the runs has a value of these metrics yet.</p> : null}
      <div class="overlays">
        {overlaid.map((one) => (
          <Overlay key={`${one.kind} ${one.metric}`} overlaid={one} settings={settings} known={known} />
        ))}
      </div>
    </>
  );
};

const Heads = ({ rows }: { readonly rows: readonly RunRow[] }) => (
  <thead>
    <tr>
      <th scope="col">Parameter</th>
      {rows.map((row, i) => (
        <th key={row.key} scope="col" class="compared">
          <LineSample look={lookOf(i)} /> <a href={runHref(row.key)}>{runName(row)}</a>
        </th>
      ))}
    </tr>
  </thead>
);

const Differences = ({ compared: { rows, differing } }: { readonly compared: Compared }) => (
  <Scroll label="What tells the runs apart">
    <table class="differences">
      <caption>What tells the runs apart, and what came of them.</caption>
      <Heads rows={rows} />
      <tbody>
        <tr>
          <th scope="row">state</th>
          {rows.map(({ key, status, error }) => (
            <td key={key}>
              <StateMark state={status} error={error} />
            </td>
          ))}
        </tr>
        <tr>
          <th scope="row">result</th>
          {rows.map(({ key, headline }) => (
            <td key={key} class="number">
              {maybeNumber(headline?.value)}{" "}
              <span class="quiet">{headline === undefined ? "" : metricWords(headline.metric)}</span>
            </td>
          ))}
        </tr>
        {differing.map(({ name, cells }) => (
          <tr key={name}>
            <th scope="row">
              <code>{visible(name)}</code>
            </th>
            {rows.map(({ key }, i) => (
              <td key={key}>{cellText(cells[i], "parameter")}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
);

const Same = ({ same }: Pick<Compared, "same">) =>
  same.length === 0 ? null : (
    <details>
      <summary>{counted(same.length, "parameter")} that all of them have alike</summary>
      <ValueTable
        label="Parameters that are alike"
        caption="The same in all of these runs."
        head={["Parameter", "Value"]}
        rows={same.map(({ name, cell }) => [<code key="name">{visible(name)}</code>, cellText(cell, "parameter")])}
      />
    </details>
  );

const CompareView = ({ compared, keys }: { readonly compared: Compared; readonly keys: readonly string[] }) => {
  const settings = useChartSettings();
  const [named] = useQuery("metrics");
  const [bandsText] = useQuery("bands");
  const bands = bandsText === "1";
  const metrics = listIn(named) ?? defaultMetrics(compared);
  const path =
    `/api/curves?runs=${asList(keys)}&metrics=${asList(metrics)}&points=${points}` + (bands ? "&bands=1" : "");
  const answer = useAnswer<Curves>(metrics.length === 0 ? undefined : path, { runs: keys, pause: chartPause });
  const offered = compared.metrics.toSorted((a, b) => rankOf(a) - rankOf(b));
  return (
    <>
      <ChartControls settings={settings}>
        <Check checked={bands} onChecked={(on) => setQuery({ bands: on ? "1" : "" })}>
          Bands over seeds
        </Check>
      </ChartControls>
      <NameChoice
        summary="Metrics"
        label="metrics"
        names={[...new Set(offered.map(({ name }) => name))].map((name) => [name, ""])}
        chosen={metrics}
        onChosen={(names) => setQuery({ metrics: JSON.stringify(names) })}
      />
      {metrics.length === 0 ? (
        <p>{offered.length === 0 ? "Nothing has been measured yet." : "Choose a metric."}</p>
      ) : (
        <Shown answer={answer}>
          {(curves) => <Charts curves={curves} metrics={metrics} rows={compared.rows} bands={bands} />}
        </Shown>
      )}
      <h2>Parameters</h2>
      <Differences compared={compared} />
      <Same same={compared.same} />
    </>
  );
};

/** The page. */
export const ComparePage = () => {
  const [text] = useQuery("runs");
  const keys = listIn(text) ?? [];
  useTitle(`Compare ${counted(keys.length, "run")}`);
  const path = keys.length === 0 ? undefined : `/api/compare?runs=${asList(keys)}`;
  const answer = useAnswer<Compared>(path, { runs: keys });
  return (
    <>
      <h1>Compare {counted(keys.length, "run")}</h1>
      {keys.length === 0 ? (
        <p>
          Select some in the <a href={hrefOf(["runs"])}>table of runs</a>.
        </p>
      ) : (
        <Shown answer={answer}>{(compared) => <CompareView compared={compared} keys={keys} />}</Shown>
      )}
    </>
  );
};
