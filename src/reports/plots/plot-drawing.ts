/** Drawing with Observable Plot where there is no browser, in colours that the page sets. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { numberText } from "../html/number-text.ts";
import { visible } from "../../files/visible.ts";
import { Markup } from "../html/markup.ts";

const symbols = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;
const dashes = ["none", "7,3", "2,3", "9,3,2,3", "5,5", "1,2"] as const;

/** A plot as SVG. */
export const drawn = (options: Plot.PlotOptions): Markup => {
  const parsed: unknown = parseHTML("<!doctype html><html><body></body></html>");
  const { document } = parsed as { readonly document: object };
  const figure: unknown = Plot.plot({ ...options, className: "plot", document });
  return new Markup(visible((figure as { readonly outerHTML: string }).outerHTML));
};

/** From the least to the greatest, with room around; where a scale has no numbers to span, Plot finds none to draw. */
export const spanOf = (values: readonly number[]): [number, number] => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0.05 * (high - low) : 0.05 * (Math.abs(high) || 1);
  return [low - room, high + room];
};

/**
 * Size and margins of a plot with a scale on two sides, at a width in pixels: `share` of it high, `most` pixels at
 * most.
 */
export const frame = (width: number, share = 0.4, most = 380) =>
  ({
    width,
    height: Math.round(Math.min(most, share * width + 130)),
    marginLeft: 56,
    marginBottom: 44,
    inset: 8,
  }) as const;

/** A tick's number. */
export const tickFormat = (value: number): string => numberText(value);

/**
 * How a line is drawn: its colour, a variable of the page, its dashes and its symbol; each alone tells it from five
 * others.
 */
export interface Look {
  readonly color: string;
  readonly symbol: (typeof symbols)[number];
  readonly dash: (typeof dashes)[number];
}

/** Of line number `i`. */
export const lookOf = (i: number): Look => ({
  color: `var(--series-${(i % symbols.length) + 1})`,
  symbol: symbols[i % symbols.length]!,
  dash: dashes[i % dashes.length]!,
});

/** A piece of line number `i`, for legends. */
export const lineSample = (i: number): Markup => {
  const points = [0, 1, 2].map((x) => ({ x, y: 0 }));
  const { color, symbol, dash } = lookOf(i);
  return drawn({
    width: 40,
    height: 16,
    margin: 3,
    axis: null,
    marks: [
      Plot.lineY(points, { x: "x", y: "y", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot(points.slice(1, 2), { x: "x", y: "y", fill: color, symbol, r: 4.5 }),
    ],
  });
};
