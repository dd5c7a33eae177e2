/**
 * Completions in a report: each with what it was to say, its tokens coloured by the divergence from the teacher, and
 * its reward.
 */
import type { ShownCompletion, ShownToken } from "../../runs/reading/completions.ts";
import { numberText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";
import { scrolledTable } from "../html/page-shell.ts";

/** Shades of reward, from the least to the greatest that is shown. */
const shades = 5;

/** Where the shades of divergence begin, in nats: the same in every report, so that runs can be compared. */
const depths = [0.1, 0.3, 1, 3] as const;

const shadeOf = (reward: number | undefined, [low, high]: readonly [number, number]): string => {
  if (reward === undefined || !Number.isFinite(reward) || high <= low) return "";
  return `reward-${Math.min(shades, 1 + Math.floor((shades * (reward - low)) / (high - low)))}`;
};

const number = (value: number | undefined): string => (value === undefined ? "–" : numberText(value));

/** What is shown for a token that adds no text: the end of the sequence, or part of a character. */
const silent = "◦";

const token = ({ text, divergence }: ShownToken): Markup => {
  const depth = depths.filter((from) => divergence >= from).length;
  const shade = depth === 0 ? "" : `divergence-${depth}`;
  return html`<span class="${shade}" title="${numberText(divergence)} nats">${text === "" ? silent : text}</span>`;
};

const meanDivergence = ({ pieces }: ShownCompletion): number | undefined =>
  pieces.length === 0 ? undefined : pieces.reduce((sum, { divergence }) => sum + divergence, 0) / pieces.length;

const row = (shown: ShownCompletion, range: readonly [number, number]): Markup => {
  const { prompt, completion, reference, source, cut, tokens, reward, advantage, pieces } = shown;
  return html`<tr>
    <th scope="row"><code class="text">${prompt}</code></th>
    <td>
      <code class="text">${pieces.length === 0 ? completion : pieces.map(token)}</code>${
        cut ? html` <span class="quiet">(cut at the limit)</span>` : ""
      }
    </td>
    <td><code class="text">${reference}</code></td>
    <td>${source}</td>
    <td class="number">${tokens}</td>
    <td class="number">${number(meanDivergence(shown))}</td>
    <td class="number"><span class="${shadeOf(reward, range)}">${number(reward)}</span></td>
    <td class="number">${number(advantage)}</td>
  </tr>`;
};

const divergenceKey = (): Markup =>
  html`<p class="quiet">
    Tokens are coloured by KL(teacher || student) where they were drawn:
    ${depths.map((from, i) => html`<span class="divergence-${i + 1}">from ${from}</span> `)}nats. ${silent} adds no
    text, like the end of a sequence. The column has the mean over the tokens, in nats.
  </p>`;

const rewardKey = ([low, high]: readonly [number, number]): Markup =>
  html`<p class="quiet">
    Rewards are coloured from the least that is shown, <span class="reward-1">${numberText(low)}</span>, to the
    greatest, <span class="reward-5">${numberText(high)}</span>.
  </p>`;

/** Completions under a heading of their own. */
export interface CompletionTable {
  readonly heading: Markup;
  /** What they are of, for those who do not see the page: `step 3`. */
  readonly of: string;
  /** Not empty. */
  readonly completions: readonly ShownCompletion[];
}

/** A table for each; nothing without completions. */
export const completionTables = (tables: readonly CompletionTable[]): Markup => {
  const all = tables.flatMap(({ completions }) => completions);
  const rewards = all.flatMap(({ reward }) => (reward !== undefined && Number.isFinite(reward) ? [reward] : []));
  const range = [Math.min(...rewards), Math.max(...rewards)] as const;
  const shown = tables.map(({ heading, of, completions }) => {
    const head = ["Prompt", "Completion", "Reference", "Written by", "Tokens", "Divergence", "Reward", "Advantage"];
    return html`${heading}
    ${scrolledTable(
      `Completions of ${of}`,
      `The first ${completions.length} sequences that step ${completions[0]!.step} learned from.`,
      head,
      completions.map((one) => row(one, range)),
    )}`;
  });
  return html`${all.some(({ pieces }) => pieces.length > 0) ? divergenceKey() : ""}${
    rewards.length === 0 || range[0] === range[1] ? "" : rewardKey(range)
  }${shown}`;
};

/** A table for each step of a run. */
export const stepTables = (steps: readonly (readonly ShownCompletion[])[]): Markup =>
  completionTables(
    steps.map((completions) => {
      const { step } = completions[0]!;
      return { heading: html`<h3>Step ${step}</h3>`, of: `step ${step}`, completions };
    }),
  );
