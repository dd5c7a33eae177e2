/** The table of what each value of an axis came to over all settings of the others. */
import type { AxisValue } from "../means/axis-means.ts";
import { intervalText, numberText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";
import { scrolledTable } from "../html/page-shell.ts";

/** The table; nothing where there is nothing to take together. `what` is what it is of, such as `Figure 8`. */
export const axisMeansTable = (what: string, values: readonly AxisValue[], metrics: readonly string[]): Markup => {
  if (values.length === 0) return html``;
  const rows = values.map(({ axis, value, settings, means }) => {
    const cells = metrics.map((metric) => {
      const found = means.get(metric);
      return html`<td class="number">${found === undefined ? "–" : intervalText(found.middle, found.interval)}</td>
        <td class="number">${found === undefined ? "–" : numberText(found.mean)}</td>`;
    });
    return html`<tr>
      <th scope="row">${axis}</th>
      <td>${value}</td>
      ${cells}
      <td class="number">${settings}</td>
    </tr>`;
  });
  const head = ["Axis", "Value", ...metrics.flatMap((metric) => [`${metric}, middle half [95 %]`, "mean"]), "Settings"];
  const caption =
    "Each value over all settings of the other axes: the interquartile mean of all runs, with its interval " +
    "by the bootstrap over the seeds of each setting, and the mean of the settings' means.";
  return html`<h3>Values of each axis, over the others</h3>
    ${scrolledTable(`${what}: values of each axis`, caption, head, rows)}`;
};
