/** A plot as a bitmap, for slides and for papers that take no SVG. */
import { fileURLToPath } from "node:url";
import type { ReportPlot } from "./plot-figure.ts";
import { standaloneSvg } from "./standalone-svg.ts";

/** The font comes with the package, so that a machine without any draws the same letters. */
const font = fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"));

/**
 * The file's bytes: what `standaloneSvg` draws at a width in pixels, with `scale` pixels for each of them on both
 * sides.
 */
export const standalonePng = async (plot: ReportPlot, width = 640, scale = 3): Promise<Uint8Array> => {
  const { Resvg } = await import("@resvg/resvg-js");
  const family = "DejaVu Sans";
  const fonts = { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: family, sansSerifFamily: family };
  return new Resvg(standaloneSvg(plot, width), { fitTo: { mode: "zoom", value: scale }, font: fonts }).render().asPng();
};
