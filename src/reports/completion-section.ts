/** Completions in a report: each with what it was to say, and coloured by its reward. */
import type { ShownCompletion } from "./completions.ts";
import { numberText } from "./figure-text.ts";
import { html, type Markup } from "./markup.ts";
import { scrolledTable } from "./shell.ts";

/** Shades of reward, from the least to the greatest that is shown. */
const shades = 5;

const shadeOf = (reward: number | undefined, [low, high]: readonly [number, number]): string => {
  if (reward === undefined || !Number.isFinite(reward) || high <= low) return "";
  return `reward-${Math.min(shades, 1 + Math.floor((shades * (reward - low)) / (high - low)))}`;
};

const number = (value: number | undefined): string => (value === undefined ? "–" : numberText(value));

const row = (shown: ShownCompletion, range: readonly [number, number]): Markup => {
  const { prompt, completion, reference, source, cut, tokens, reward, advantage } = shown;
  return html`<tr>
    <th scope="row"><code class="text">${prompt}</code></th>
    <td>
      <code class="text ${shadeOf(reward, range)}">${completion}</code>${cut ? html` <span class="quiet">(cut at the limit)</span>` : ""}
    </td>
    <td><code class="text">${reference}</code></td>
    <td>${source}</td>
    <td class="number">${tokens}</td>
    <td class="number">${number(reward)}</td>
    <td class="number">${number(advantage)}</td>
  </tr>`;
};

/** A table for each step; nothing without completions. */
export const completionTables = (steps: readonly (readonly ShownCompletion[])[]): Markup => {
  const rewards = steps.flat().flatMap(({ reward }) => (reward !== undefined && Number.isFinite(reward) ? [reward] : []));
  const range = [Math.min(...rewards), Math.max(...rewards)] as const;
  const key =
    rewards.length === 0 || range[0] === range[1]
      ? html``
      : html`<p class="quiet">
          Colours go from the least reward that is shown, <span class="reward-1">${numberText(range[0])}</span>, to the greatest,
          <span class="reward-5">${numberText(range[1])}</span>.
        </p>`;
  return html`${key}${steps.map((all) => {
    const step = all[0]!.step;
    const head = ["Prompt", "Completion", "Reference", "Written by", "Tokens", "Reward", "Advantage"];
    return html`<h3>Step ${step}</h3>
      ${scrolledTable(
        `Completions of step ${step}`,
        `The first ${all.length} sequences that step ${step} learned from.`,
        head,
        all.map((shown) => row(shown, range)),
      )}`;
  })}`;
};
