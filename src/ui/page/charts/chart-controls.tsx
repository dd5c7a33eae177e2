/** What all charts of a page have in common, as the address says it: axis, smoothing, scale. */
import type { ComponentChildren } from "preact";
import { setQuery, useQuery } from "../live/place.ts";
import { Check, Choice, Slider } from "../parts/inputs.tsx";
import type { Axis } from "./lines.ts";

/** How charts are drawn. */
export interface ChartSettings {
  readonly axis: Axis;
  /** Of the moving average, in [0, 1). */
  readonly smoothing: number;
  readonly log: boolean;
}

const most = 0.99;

const axes: readonly (readonly [Axis, string])[] = [
  ["step", "steps"],
  ["time", "time of training"],
  ["tokens", "completion tokens"],
];

/** How charts are drawn, by the address. */
export const useChartSettings = (): ChartSettings => {
  const [axis] = useQuery("x", "step");
  const [smoothing] = useQuery("smooth", "0");
  const [log] = useQuery("log");
  return {
    axis: axes.find(([name]) => name === axis)?.[0] ?? "step",
    smoothing: Math.min(most, Math.max(0, Number(smoothing) || 0)),
    log: log === "1",
  };
};

/** The controls; others beside them. */
export const ChartControls = ({
  settings,
  children,
}: {
  readonly settings: ChartSettings;
  readonly children?: ComponentChildren;
}) => (
  <div class="controls">
    <Choice label="Over" value={settings.axis} onValue={(x) => setQuery({ x: x === "step" ? "" : x })} options={axes} />
    <Slider
      label="Smoothing"
      value={String(settings.smoothing)}
      onValue={(smooth) => setQuery({ smooth: Number(smooth) === 0 ? "" : smooth })}
      step={0.01}
      max={most}
    />
    <Check checked={settings.log} onChecked={(on) => setQuery({ log: on ? "1" : "" })}>
      Logarithmic scale
    </Check>
    {children}
  </div>
);
