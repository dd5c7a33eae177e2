/** A metric over two axes of a sweep, as a table whose cells are coloured by their values. */
import type { HeatCell, SweepDetails, Value } from "../../answers.ts";
import { valueText } from "../../../evaluation/claims/value-text.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";
import { compareHref } from "../live/place.ts";
import { Scroll } from "../parts/pieces.tsx";
import { counted, metricWords } from "../parts/words.ts";

/** The most of the colour that a cell has, in percent: its text must stay readable. */
const deepest = 45;

/** Background of a value between the least and the greatest. */
const shade = (value: number, low: number, high: number): string => {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return `color-mix(in srgb, var(--link) ${(deepest * share).toFixed(1)}%, var(--panel))`;
};

type HeatAxis = SweepDetails["axes"][number];

const Cell = ({
  cell,
  range: [low, high],
  where,
}: {
  readonly cell: HeatCell | undefined;
  readonly range: readonly [number, number];
  readonly where: string;
}) => {
  if (cell === undefined || cell.runs.length === 0) return <td class="heat">–</td>;
  const several = cell.settings > 1 ? counted(cell.settings, "setting") : "–";
  const text = cell.mean === undefined ? several : numberText(cell.mean);
  return (
    <td class="heat" style={cell.mean === undefined ? {} : { background: shade(cell.mean, low, high) }}>
      <a href={compareHref(cell.runs)} aria-label={`${text}, ${counted(cell.runs.length, "run")}, ${where}`}>
        {text}
        <span class="runs-behind"> {cell.runs.length === 1 ? "" : `×${cell.runs.length}`}</span>
      </a>
    </td>
  );
};

const axisWith = ({ axes }: SweepDetails, pointer: string): HeatAxis | undefined =>
  axes.find((axis) => axis.pointer === pointer);

const Rows = ({
  details,
  x,
  y,
}: {
  readonly details: SweepDetails;
  readonly x: HeatAxis;
  /** Nothing where there is one axis. */
  readonly y: HeatAxis | undefined;
}) => {
  const { cells, metric } = details;
  const means = cells.flatMap(({ mean }) => (mean === undefined ? [] : [mean]));
  const range = [Math.min(...means), Math.max(...means)] as const;
  const placeOf = (value: Value, head: string): string =>
    `${visible(x.name)} ${visible(valueText(value))}` + (y === undefined ? "" : `, ${visible(y.name)} ${head}`);
  const row = (head: string, of: (cell: HeatCell) => boolean) => (
    <tr key={head}>
      <th scope="row">{head}</th>
      {x.values.map((value, i) => (
        <Cell
          key={i}
          cell={cells.find((cell) => cell.x === i && of(cell))}
          range={range}
          where={placeOf(value, head)}
        />
      ))}
    </tr>
  );
  return (
    <tbody>
      {y === undefined
        ? row(metricWords(metric), () => true)
        : y.values.map((value, j) => row(visible(valueText(value)), (cell) => cell.y === j))}
    </tbody>
  );
};

/** The heatmap; nothing where nothing was varied. */
export const Heatmap = ({ details }: { readonly details: SweepDetails }) => {
  const x = axisWith(details, details.x);
  const y = details.x === details.y ? undefined : axisWith(details, details.y);
  if (x === undefined) return <p>Nothing was varied.</p>;
  return (
    <Scroll label={`Heatmap of ${metricWords(details.metric)}`}>
      <table class="heatmap">
        <caption>
          Mean of {metricWords(details.metric)} over seeds; × is the number of runs, done or not. A cell leads to its
          runs. One with several settings has no number: they differ in more than these axes.
        </caption>
        <thead>
          <tr>
            <th scope="col">{y === undefined ? visible(x.name) : `${visible(y.name)} ↓ ${visible(x.name)} →`}</th>
            {x.values.map((value, i) => (
              <th key={i} scope="col">
                {visible(valueText(value))}
              </th>
            ))}
          </tr>
        </thead>
        <Rows details={details} x={x} y={y} />
      </table>
    </Scroll>
  );
};
