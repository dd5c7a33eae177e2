/** A metric of several runs in one chart, with its legend. */
import { useMemo, useState } from "preact/hooks";
import type { Band, Curve } from "../../answers.ts";
import type { ChartSettings } from "../charts/chart-controls.tsx";
import { Chart } from "../charts/chart.tsx";
import {
  axisWords,
  drawingOf,
  linesWords,
  lookOf,
  placeText,
  positive,
  seriesOf,
  smoothed,
  type Axis,
  type Drawing,
  type Look,
  type NamedSeries,
  type Series,
} from "../charts/lines.ts";
import { maybeNumber, metricWords } from "../parts/words.ts";

/** A line's name and look: the same in all charts of the page. */
export interface Identity {
  readonly name: string;
  readonly href: string;
  readonly index: number;
}

/** A metric with what is drawn of it. */
export interface Overlaid {
  readonly metric: string;
  readonly kind: "step" | "evaluation";
  readonly curves: readonly Curve[];
  readonly bands: readonly Band[];
}

/** Lines up to which the raw values are drawn beneath smoothed ones; lines whose legend is open. */
const [mostRaw, mostOpen] = [6, 12];

/** A piece of a line, for legends. */
export const LineSample = ({ look }: { readonly look: Look }) => (
  <svg width={28} height={8} aria-hidden="true">
    <line
      x1={0}
      x2={28}
      y1={4}
      y2={4}
      style={{ stroke: `var(${look.color})`, strokeWidth: "2", strokeDasharray: look.dash.join(" ") }}
    />
  </svg>
);

interface Drawn {
  /** Lines of the legend. */
  readonly main: readonly NamedSeries[];
  /** Each of them with its identity. */
  readonly identities: readonly Identity[];
  readonly drawing: Drawing;
  /** Where in the drawing each of them is. */
  readonly at: readonly number[];
}

type Known = (key: string) => Identity;

const lineOf = (
  source: Curve | Band,
  values: Series["y"],
  { axis, smoothing, log }: ChartSettings,
  smooth: boolean,
): Series => {
  const { x, y } = seriesOf(source, values, axis);
  const shown = smooth && smoothing > 0 ? smoothed(y, smoothing) : y;
  return { x, y: log ? positive(shown) : shown };
};

const drawnOf = ({ curves, bands }: Overlaid, settings: ChartSettings, known: Known): Drawn => {
  const raw = settings.smoothing > 0 && curves.length + bands.length <= mostRaw;
  const beneath: NamedSeries[] = [];
  const areas: { low: number; high: number; color: string }[] = [];
  for (const band of bands) {
    const look = lookOf(known(band.runs[0] ?? "").index, { pale: true });
    const bound = (name: string, values: Series["y"]): number =>
      beneath.push({ name, look, series: lineOf(band, values, settings, true) }) - 1;
    areas.push({ low: bound("lowest", band.low), high: bound("highest", band.high), color: look.color });
  }
  for (const curve of raw ? curves : []) {
    const look = lookOf(known(curve.run).index, { pale: true });
    beneath.push({ name: "measured", look, series: lineOf(curve, curve.value, settings, false) });
  }
  const sources = [
    ...bands.map((band) => ({ source: band, values: band.mean, identity: known(band.runs[0] ?? "") })),
    ...curves.map((curve) => ({ source: curve, values: curve.value, identity: known(curve.run) })),
  ];
  const main = sources.map(({ source, values, identity }) => ({
    name: identity.name,
    look: lookOf(identity.index, { dots: source.step.length < 10 }),
    series: lineOf(source, values, settings, true),
  }));
  return {
    main,
    identities: sources.map(({ identity }) => identity),
    drawing: drawingOf([...beneath, ...main], areas),
    at: main.map((_, i) => beneath.length + i),
  };
};

/** The place of the value of a line at a place, or of the last before it; -1 where there is none. */
const lastPlace = (y: Drawing["lines"][number]["y"], place: number): number =>
  y.slice(0, place + 1).findLastIndex((value) => value !== undefined);

/** A line's value; where it is older than what the legend speaks of, with its own place. */
const LegendValue = ({
  drawing: { x, lines },
  line,
  shown,
  axis,
}: {
  readonly drawing: Drawing;
  readonly line: number;
  readonly shown: number;
  readonly axis: Axis;
}) => {
  const { y } = lines[line]!;
  const at = lastPlace(y, shown);
  return (
    <>
      <b class="number">{maybeNumber(y[at])}</b>
      {at < 0 || at === shown ? null : <span class="quiet">at {placeText(x[at]!, axis)}</span>}
    </>
  );
};

const Legend = ({
  drawn,
  place,
  settings: { axis, smoothing },
}: {
  readonly drawn: Drawn;
  readonly place: number | undefined;
  readonly settings: ChartSettings;
}) => {
  const { main, identities, drawing, at } = drawn;
  const last = drawing.x.length - 1;
  const shown = place === undefined || place > last ? last : place;
  return (
    <details open={main.length <= mostOpen}>
      <summary>
        {smoothing > 0 ? "Smoothed values" : "Values"} at {axisWords[axis]} {placeText(drawing.x[shown] ?? 0, axis)}
      </summary>
      <ul class="legend">
        {main.map(({ name, look }, i) => (
          <li key={i}>
            <LineSample look={look} />
            <a href={identities[i]!.href}>{name}</a>
            <LegendValue drawing={drawing} line={at[i]!} shown={shown} axis={axis} />
          </li>
        ))}
      </ul>
    </details>
  );
};

/** The chart of a metric. */
export const Overlay = ({
  overlaid,
  settings,
  known,
}: {
  readonly overlaid: Overlaid;
  readonly settings: ChartSettings;
  readonly known: Known;
}) => {
  const { metric, kind } = overlaid;
  const { axis, smoothing, log } = settings;
  const [place, setPlace] = useState<number | undefined>(undefined);
  const drawn = useMemo(() => drawnOf(overlaid, settings, known), [overlaid, axis, smoothing, log, known]);
  const empty = drawn.main.every(({ series }) => series.y.every((value) => value === null));
  return (
    <figure class="curve">
      <h2>
        {metricWords(metric)} {kind === "evaluation" ? <span class="quiet">of evaluations</span> : null}
      </h2>
      {empty ? (
        <p class="quiet">No value of it can be drawn{log ? " on a logarithmic scale" : ""}.</p>
      ) : (
        <Chart
          drawing={drawn.drawing}
          axis={axis}
          log={log}
          height={300}
          text={linesWords(metric, drawn.main, axis)}
          onPlace={setPlace}
        />
      )}
      <Legend drawn={drawn} place={place} settings={settings} />
    </figure>
  );
};
