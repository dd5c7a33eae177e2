/** A plot as a file of its own, for papers and slides: with its legend, on white, in the colours of the light page. */
import { escaped } from "../html/markup.ts";
import { lineSample } from "./plot-drawing.ts";
import type { ReportPlot } from "./plot-figure.ts";
import { lightColors } from "../html/style.ts";

/** Of a line of the legend, of a letter in it, of the sample before it, and of the room after it, in pixels. */
const [lineHeight, letter, sample, gap] = [20, 7, 46, 18];

/** Names of lines side by side, as far as the width allows. */
const legendOf = ({ legend }: ReportPlot, width: number): { readonly svg: string; readonly height: number } => {
  let [x, y] = [4, 4];
  const items = legend.map(({ name, look }) => {
    const needed = sample + letter * name.length + gap;
    if (x > 4 && x + needed > width) [x, y] = [4, y + lineHeight];
    const item =
      `<g transform="translate(${x},${y})">${lineSample(look).text}<text x="${sample}" ` +
      `y="12">${escaped(name)}</text></g>`;
    x += needed;
    return item;
  });
  return { svg: items.join(""), height: items.length === 0 ? 0 : y + lineHeight };
};

const resolved = (svg: string): string =>
  svg.replaceAll(/var\((--[a-z0-9-]+)\)/gu, (whole, name: string) => lightColors[name] ?? whole);

/** The file's text, at a width in pixels. */
export const standaloneSvg = (plot: ReportPlot, width = 640): string => {
  const legend = legendOf(plot, width);
  const drawn = plot.svg(width).text;
  const height = legend.height + Number(/^<svg [^>]*?height="([\d.]+)"/u.exec(drawn)?.[1] ?? 0);
  const inner = drawn.replace("<svg ", `<svg y="${legend.height}" `).replace('font-size="10"', 'font-size="12"');
  const attributes =
    `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" color="${lightColors["--ink"]}" ` +
    `fill="currentColor"`;
  return resolved(
    `<svg xmlns="http://www.w3.org/2000/svg" ${attributes} font-family="system-ui, sans-serif" ` +
      `font-size="12"><title>${escaped(plot.text)}</title>` +
      `<rect width="100%" height="100%" fill="var(--page)"/>${legend.svg}${inner}</svg>\n`,
  );
};
