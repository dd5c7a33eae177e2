/** Rollouts as a person reads them: what was asked, what was said, and what was thought of it. */
import { useState } from "preact/hooks";
import type { Rollout } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";
import { runHref } from "../live/place.ts";
import { maybeNumber } from "../parts/words.ts";
import { depths, rangesOf, rarities, shadeOf, type Coloring, type Range } from "./coloring.ts";
import { shownText, TokenList } from "./token-list.tsx";

/** Rollouts that are drawn at a time. */
const batch = 20;

interface Shades {
  readonly coloring: Coloring;
  readonly reward: Range;
  readonly advantage: Range;
}

const Facts = ({ rollout, shades }: { readonly rollout: Rollout; readonly shades: Shades }) => {
  const { reward, advantage, divergence, length, source, cut, dropped, parts } = rollout;
  return (
    <ul class="measures">
      <li>
        reward <b class={shadeOf(reward, shades.reward)}>{maybeNumber(reward)}</b>
      </li>
      <li>
        advantage <b class={shadeOf(advantage, shades.advantage)}>{maybeNumber(advantage)}</b>
      </li>
      <li>
        divergence <b>{maybeNumber(divergence)}</b>
      </li>
      <li>
        tokens <b>{length}</b>
      </li>
      <li>written by {visible(source)}</li>
      {Object.entries(parts).map(([name, value]) => (
        <li key={name}>
          <code>{visible(name)}</code> {numberText(value)}
        </li>
      ))}
      {cut ? <li>cut at the limit</li> : null}
      {dropped ? <li class="bad">dropped</li> : null}
    </ul>
  );
};

const Failures = ({ failures }: Pick<Rollout, "failures">) => (
  <>
    {Object.entries(failures).map(([scorer, message]) => (
      <p key={scorer} class="bad">
        <code>{visible(scorer)}</code>: {visible(message)}
      </p>
    ))}
  </>
);

const Completion = ({
  rollout,
  shades,
  number,
}: {
  readonly rollout: Rollout;
  readonly shades: Shades;
  readonly number: number;
}) => {
  const { tokens, completion, advantage } = rollout;
  const shade = shades.coloring === "advantage" ? shadeOf(advantage, shades.advantage) : "";
  if (tokens.length === 0) return <code class={`text ${shade}`}>{shownText(completion)}</code>;
  const label = `Completion ${number}, ${tokens.length} tokens`;
  return <TokenList tokens={tokens} coloring={shades.coloring} label={label} shade={shade} />;
};

const RolloutView = ({
  rollout,
  number,
  shades,
  withStep,
  others,
}: {
  readonly rollout: Rollout;
  readonly number: number;
  readonly shades: Shades;
  readonly withStep: boolean;
  readonly others: string;
}) => {
  const { run, step, prompt, reference, failures } = rollout;
  return (
    <li>
      <article aria-label={`Rollout ${number}`}>
        <Facts rollout={rollout} shades={shades} />
        <dl>
          <dt>Prompt</dt>
          <dd>
            <code class="text">{shownText(prompt)}</code>
          </dd>
          <dt>Completion</dt>
          <dd>
            <Completion rollout={rollout} shades={shades} number={number} />
          </dd>
          {reference === "" ? null : (
            <>
              <dt>Reference</dt>
              <dd>
                <code class="text">{shownText(reference)}</code>
              </dd>
            </>
          )}
        </dl>
        <Failures failures={failures} />
        <p class="links">
          {withStep ? <a href={runHref(run, { part: "rollouts", step: String(step) })}>Step {step}</a> : null}{" "}
          <a href={runHref(run, { part: "rollouts", prompt, with: others })}>This prompt over steps and runs</a>
        </p>
      </article>
    </li>
  );
};

const ColorKey = ({ coloring }: { readonly coloring: Coloring }) => {
  if (coloring === "advantage") {
    return (
      <p class="quiet">
        Completions are coloured by their advantage, from <span class="reward-1">the most against</span> to{" "}
        <span class="reward-5">the most in favour</span> of what is shown.
      </p>
    );
  }
  const shades = coloring === "divergence" ? depths : rarities;
  return (
    <p class="quiet">
      Tokens are coloured by{" "}
      {coloring === "divergence"
        ? "KL(teacher || student) where they were drawn"
        : `the probability that the ${coloring} gave them`}
      :{" "}
      {shades.map((value, i) => (
        <span key={value}>
          <span class={`divergence-${i + 1}`}>
            {coloring === "divergence" ? "from" : "below"} {value}
          </span>{" "}
        </span>
      ))}
      {coloring === "divergence" ? "nats. " : ""}◦ adds no text, like the end of a sequence. The arrow keys move from
      token to token.
    </p>
  );
};

/** Rollouts under the key of their colours; more of many when they are asked for. */
export const RolloutList = ({
  rollouts,
  coloring,
  withStep,
  others,
}: {
  readonly rollouts: readonly Rollout[];
  readonly coloring: Coloring;
  /** Each says its step. */
  readonly withStep: boolean;
  /** Runs that are compared with, as the address has them. */
  readonly others: string;
}) => {
  const [shown, setShown] = useState(batch);
  const shades: Shades = { coloring, ...rangesOf(rollouts) };
  const known = rollouts.some(({ tokens }) => tokens.length > 0);
  return (
    <>
      {known || coloring === "advantage" ? <ColorKey coloring={coloring} /> : null}
      <ol class="rollouts">
        {rollouts.slice(0, shown).map((rollout, i) => (
          <RolloutView key={i} rollout={rollout} number={i + 1} shades={shades} withStep={withStep} others={others} />
        ))}
      </ol>
      {shown >= rollouts.length ? null : (
        <button type="button" onClick={() => setShown(shown + batch)}>
          Show {Math.min(batch, rollouts.length - shown)} more of {rollouts.length}
        </button>
      )}
    </>
  );
};
