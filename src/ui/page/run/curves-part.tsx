/** The curves of a run beside each other, those of evaluations first. */
import { useMemo, useState } from "preact/hooks";
import type { Curve, Curves, MetricName, RunDetails } from "../../answers.ts";
import { ChartControls, useChartSettings, type ChartSettings } from "../charts/chart-controls.tsx";
import { Chart } from "../charts/chart.tsx";
import {
  chartPause,
  axisWords,
  curveWords,
  drawingOf,
  lookOf,
  placeText,
  positive,
  rankOf,
  seriesOf,
  smoothed,
  type Axis,
  type NamedSeries,
  type Series,
} from "../charts/lines.ts";
import { useAnswer } from "../live/answer.ts";
import { useQuery } from "../live/place.ts";
import { SearchBox } from "../parts/inputs.tsx";
import { Scroll, Shown } from "../parts/pieces.tsx";
import { counted, maybeNumber, metricWords } from "../parts/words.ts";

/** Charts that are asked for and shown at a time; points of one; rows of its table. */
const [batch, points, rows] = [12, 800, 20];

const NumberTable = ({
  metric,
  axis,
  series,
  smooth,
}: {
  readonly metric: string;
  readonly axis: Axis;
  readonly series: Series;
  readonly smooth: readonly (number | null)[] | undefined;
}) => (
  <details>
    <summary>Numbers</summary>
    <Scroll label={`Numbers of ${metricWords(metric)}`}>
      <table>
        <caption>The last {Math.min(rows, series.x.length)} points.</caption>
        <thead>
          <tr>
            <th scope="col">{axisWords[axis]}</th>
            <th scope="col">{metricWords(metric)}</th>
            {smooth === undefined ? null : <th scope="col">smoothed</th>}
          </tr>
        </thead>
        <tbody>
          {series.x
            .map((at, i) => [at, i] as const)
            .slice(-rows)
            .map(([at, i]) => (
              <tr key={at}>
                <td class="number">{placeText(at, axis)}</td>
                <td class="number">{maybeNumber(series.y[i])}</td>
                {smooth === undefined ? null : <td class="number">{maybeNumber(smooth[i])}</td>}
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  </details>
);

const useCurve = (curve: Curve, { axis, smoothing, log }: ChartSettings) =>
  useMemo(() => {
    const series = seriesOf(curve, curve.value, axis);
    const smooth = smoothing === 0 ? undefined : smoothed(series.y, smoothing);
    const look = curve.kind === "evaluation" ? 1 : 0;
    const dots = curve.kind === "evaluation" || series.x.length < 10;
    const shown = (y: Series["y"]): Series => ({ x: series.x, y: log ? positive(y) : y });
    const raw: NamedSeries = {
      name: "measured",
      look: lookOf(look, { pale: smooth !== undefined, dots: dots && smooth === undefined }),
      series: shown(series.y),
    };
    const lines = smooth === undefined ? [raw] : [raw, { name: "smoothed", look: lookOf(look), series: shown(smooth) }];
    const hidden = log ? series.y.filter((value) => value !== null && value <= 0).length : 0;
    return { series, smooth, hidden, drawing: drawingOf(lines) };
  }, [curve, axis, smoothing, log]);

const CurveFigure = ({ curve, settings }: { readonly curve: Curve; readonly settings: ChartSettings }) => {
  const { metric } = curve;
  const { axis, log } = settings;
  const { series, smooth, hidden, drawing } = useCurve(curve, settings);
  const [place, setPlace] = useState<number | undefined>(undefined);
  const at = place === undefined || place >= series.x.length ? series.x.length - 1 : place;
  const last = smooth?.[at] ?? series.y[at];
  const empty = drawing.lines.every(({ y }) => y.every((value) => value === null));
  return (
    <figure class="curve">
      <h3>{metricWords(metric)}</h3>
      <p class="reading">
        <strong>{maybeNumber(last)}</strong>
        <span class="quiet">
          {" "}
          {smooth === undefined ? "" : `smoothed, ${maybeNumber(series.y[at])} measured, `}at {axisWords[axis]}{" "}
          {placeText(series.x[at] ?? 0, axis)}
        </span>
      </p>
      {empty ? (
        <p class="quiet">{hidden === 0 ? "No value of it is a finite number." : "No value of it is above 0."}</p>
      ) : (
        <Chart
          drawing={drawing}
          axis={axis}
          log={log}
          height={190}
          text={curveWords(metric, series, axis)}
          onPlace={setPlace}
        />
      )}
      {hidden === 0 ? null : (
        <p class="quiet">{counted(hidden, "point")} of 0 or less: a logarithmic scale has no place for them.</p>
      )}
      <NumberTable metric={metric} axis={axis} series={series} smooth={smooth} />
    </figure>
  );
};

/** Whether a curve is said in words: it never changes, or has one point. */
const isFlat = ({ value }: Curve): boolean => value.every((one) => one === value[0] && one !== null);

const FlatLine = ({ words, curves }: { readonly words: string; readonly curves: readonly Curve[] }) =>
  curves.length === 0 ? null : (
    <p class="quiet">
      {words}: {curves.map(({ metric, value }) => `${metricWords(metric)} ${maybeNumber(value[0])}`).join(", ")}.
    </p>
  );

const Batch = ({
  run,
  metrics,
  settings,
}: {
  readonly run: string;
  readonly metrics: readonly MetricName[];
  readonly settings: ChartSettings;
}) => {
  const names = JSON.stringify([...new Set(metrics.map(({ name }) => name))]);
  const path =
    `/api/curves?runs=${encodeURIComponent(JSON.stringify([run]))}` +
    `&metrics=${encodeURIComponent(names)}&points=${points}`;
  const answer = useAnswer<Curves>(path, { runs: [run], pause: chartPause });
  return (
    <Shown answer={answer}>
      {({ curves }) => {
        const own = metrics.flatMap(({ name, kind }) =>
          curves.filter((curve) => curve.metric === name && curve.kind === kind && curve.value.length > 0),
        );
        const flat = own.filter(isFlat);
        return (
          <>
            <div class="curves">
              {own
                .filter((curve) => !isFlat(curve))
                .map((curve) => (
                  <CurveFigure key={`${curve.kind} ${curve.metric}`} curve={curve} settings={settings} />
                ))}
            </div>
            <FlatLine words="The same throughout" curves={flat.filter(({ value }) => value.length > 1)} />
            <FlatLine words="Measured once" curves={flat.filter(({ value }) => value.length === 1)} />
          </>
        );
      }}
    </Shown>
  );
};

const batchesOf = (metrics: readonly MetricName[], shown: number): readonly (readonly MetricName[])[] =>
  Array.from({ length: Math.ceil(Math.min(shown, metrics.length) / batch) }, (_, i) =>
    metrics.slice(i * batch, (i + 1) * batch),
  );

/** The part of the page. */
export const CurvesPart = ({ details: { row, metrics } }: { readonly details: RunDetails }) => {
  const settings = useChartSettings();
  const [filter, setFilter] = useQuery("metric");
  const [shown, setShown] = useState(2 * batch);
  const found = metrics
    .filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  return (
    <section aria-labelledby="part">
      <h2 id="part" class="unseen">
        Curves
      </h2>
      <ChartControls settings={settings}>
        <SearchBox label="Metrics with" value={filter} onValue={setFilter} />
      </ChartControls>
      {found.length === 0 ? (
        <p>{metrics.length === 0 ? "Nothing has been measured yet." : "No metric has this in its name."}</p>
      ) : null}
      {batchesOf(found, shown).map((own) => (
        <Batch
          key={own.map(({ name, kind }) => `${kind} ${name}`).join()}
          run={row.key}
          metrics={own}
          settings={settings}
        />
      ))}
      {shown >= found.length ? null : (
        <button type="button" onClick={() => setShown(shown + batch)}>
          Show {Math.min(batch, found.length - shown)} more of {found.length}
        </button>
      )}
    </section>
  );
};
