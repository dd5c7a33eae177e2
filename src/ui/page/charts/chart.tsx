/** A chart by uPlot, in the colours of the page. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { axisWords, compactText, placeText, type Axis, type Drawing, type Look } from "./lines.ts";

/** What a chart shows. */
export interface ChartProps {
  readonly drawing: Drawing;
  readonly axis: Axis;
  /** The vertical scale is logarithmic. */
  readonly log: boolean;
  readonly height: number;
  /** What is drawn, for those who do not see it. */
  readonly text: string;
  /** Tells which place the pointer is at. */
  readonly onPlace: (index: number | undefined) => void;
}

const darkness = "(prefers-color-scheme: dark)";

/** Whether the page is dark now. */
const useDark = (): boolean => {
  const [dark, setDark] = useState(() => matchMedia(darkness).matches);
  useEffect(() => {
    const query = matchMedia(darkness);
    const listener = (): void => setDark(query.matches);
    query.addEventListener("change", listener);
    return () => query.removeEventListener("change", listener);
  }, []);
  return dark;
};

const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colours of the page are `#rrggbb`; so much of them is seen. */
const faint = (name: string, share: number): string =>
  `${colorOf(name)}${Math.round(255 * share)
    .toString(16)
    .padStart(2, "0")}`;

const seriesOptions = ({ color, dash, pale, dots }: Look): uPlot.Series => ({
  stroke: pale ? faint(color, 0.35) : colorOf(color),
  width: pale ? 1 : 1.6,
  ...(dash.length === 0 ? {} : { dash: [...dash] }),
  points: { show: dots, size: 5, fill: colorOf(color) },
});

const font = "11px system-ui, sans-serif";

const axisOptions = (values: (value: number) => string, size: number): uPlot.Axis => ({
  stroke: colorOf("--quiet"),
  font,
  size,
  gap: 4,
  grid: { stroke: colorOf("--line"), width: 1 },
  ticks: { stroke: colorOf("--line"), width: 1, size: 4 },
  // A logarithmic scale has ticks that are not named.
  values: (_, splits) => splits.map((value: number | null) => (value === null ? "" : values(value))),
});

const anyPositive = ({ lines }: Drawing): boolean =>
  lines.some(({ y }) => y.some((value) => value !== null && value !== undefined && value > 0));

const optionsOf = (props: ChartProps, width: number, onPlace: (index: number | undefined) => void): uPlot.Options => {
  const { drawing, axis, log, height } = props;
  const linear = 1;
  const logarithmic = 3;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      y: false,
      drag: { x: true, y: false },
      sync: { key: `retort ${axis}`, scales: ["x", null] },
      points: { size: 6 },
    },
    scales: { x: { time: false }, y: { distr: log && anyPositive(drawing) ? logarithmic : linear } },
    axes: [
      {
        ...axisOptions((value) => placeText(value, axis), 28),
        label: axisWords[axis],
        labelFont: font,
        labelSize: 16,
        labelGap: 0,
      },
      axisOptions(compactText, 52),
    ],
    series: [{}, ...drawing.lines.map(({ look }) => seriesOptions(look))],
    bands: drawing.areas.map(({ low, high, color }) => ({ series: [high + 1, low + 1], fill: faint(color, 0.18) })),
    hooks: { setCursor: [({ cursor }) => onPlace(cursor.idx ?? undefined)] },
  };
};

/** uPlot only reads its data; its type does not say so. */
const dataOf = ({ x, lines }: Drawing): uPlot.AlignedData =>
  [x, ...lines.map(({ y }) => y)] as unknown as uPlot.AlignedData;

/** Gives a chart new data; the part of it that somebody has zoomed into stays. */
const renew = (plot: uPlot, before: Drawing | undefined, drawing: Drawing): void => {
  const { min, max } = plot.scales["x"] ?? {};
  const whole = before === undefined || (min === before.x[0] && max === before.x.at(-1));
  plot.batch(() => {
    plot.setData(dataOf(drawing));
    if (!whole && typeof min === "number" && typeof max === "number") plot.setScale("x", { min, max });
  });
};

/** The chart; it is made anew when its looks change, and otherwise only gets its data. */
export const Chart = (props: ChartProps) => {
  const { drawing, axis, log, height, text, onPlace } = props;
  const place = useRef<HTMLDivElement | null>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const drawn = useRef<Drawing | undefined>(undefined);
  const tell = useRef(onPlace);
  tell.current = onPlace;
  const dark = useDark();
  const logarithmic = log && anyPositive(drawing);
  const looks = JSON.stringify([drawing.lines.map(({ look }) => look), drawing.areas, axis, logarithmic, height, dark]);
  useLayoutEffect(() => {
    const element = place.current!;
    const made = new uPlot(
      optionsOf(props, Math.max(200, element.clientWidth), (index) => tell.current(index)),
      dataOf(drawing),
      element,
    );
    plot.current = made;
    drawn.current = drawing;
    const sizes = new ResizeObserver(() => {
      const width = Math.max(200, element.clientWidth);
      if (width !== made.width) made.setSize({ width, height });
    });
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [looks]);
  useLayoutEffect(() => {
    if (drawn.current === drawing) return;
    if (plot.current !== undefined) renew(plot.current, drawn.current, drawing);
    drawn.current = drawing;
  }, [drawing]);
  return <div class="chart" role="img" aria-label={text} ref={place} />;
};
