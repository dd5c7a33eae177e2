/** Tests of plots as bitmaps: their size, and that letters are drawn without a font of the machine's. */
import { expect, test } from "vitest";
import { standalonePng } from "../../../src/reports/plots/standalone-png.ts";

const plotOf = (names: readonly string[]) => ({
  name: "p",
  text: "",
  caption: "",
  lines: "",
  legend: names.map((name, look) => ({ name, look })),
  svg: (width: number) => ({ text: `<svg width="${width}" height="10"></svg>` }),
  table: [],
});

const sizeOf = (png: Uint8Array): readonly number[] => {
  const view = new DataView(png.buffer, png.byteOffset);
  expect(String.fromCharCode(...png.subarray(1, 4))).toBe("PNG");
  return [view.getUint32(16), view.getUint32(20)];
};

test("a bitmap has the plot's size times the scale, and the legend's letters", async () => {
  const [named, unnamed] = [await standalonePng(plotOf(["lambda"]), 200), await standalonePng(plotOf([""]), 200)];
  expect(sizeOf(named)).toEqual([600, 102]);
  expect(sizeOf(await standalonePng(plotOf([]), 200, 1))).toEqual([200, 10]);
  expect(named.length).toBeGreaterThan(unnamed.length + 200);
});
