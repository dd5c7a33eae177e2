/** The rollouts of a run: those of a step, those that have a text, or those of one prompt. */
import { useMemo } from "preact/hooks";
import type { Rollouts, RunRow } from "../../answers.ts";
import { useAnswer } from "../live/answer.ts";
import { setQuery, useQuery } from "../live/place.ts";
import { Choice, SearchBox, StepChoice } from "../parts/inputs.tsx";
import { Shown } from "../parts/pieces.tsx";
import { counted } from "../parts/words.ts";
import { colorings, ordered, orders, type Coloring } from "./coloring.ts";
import { PromptPart } from "./prompt-history.tsx";
import { RolloutList } from "./rollout-view.tsx";

const useColoring = (): Coloring => {
  const [name] = useQuery("color", "divergence");
  return colorings.find(([known]) => known === name)?.[0] ?? "divergence";
};

const ColoringChoice = ({ coloring }: { readonly coloring: Coloring }) => (
  <Choice
    label="Coloured by"
    value={coloring}
    onValue={(color) => setQuery({ color: color === "divergence" ? "" : color })}
    options={colorings}
  />
);

const Head = ({
  answer,
  text,
  latest,
  coloring,
  order,
}: {
  readonly answer: Rollouts | undefined;
  readonly text: string;
  readonly latest: boolean;
  readonly coloring: Coloring;
  readonly order: string;
}) => {
  const { steps = [], inspected = [], step } = answer ?? {};
  return (
    <div class="controls">
      {text !== "" ? null : (
        <StepChoice
          step={step}
          steps={inspected.length === 0 ? steps : inspected}
          kind={inspected.length === 0 ? "" : "inspected "}
          latest={latest}
          onStep={(to) => setQuery({ step: to })}
        />
      )}
      <SearchBox label="Text, in all steps" value={text} onValue={(to) => setQuery({ text: to })} />
      <Choice label="Order" value={order} onValue={(to) => setQuery({ order: to })} options={orders} />
      <ColoringChoice coloring={coloring} />
    </div>
  );
};

const Note = ({
  answer,
  text,
  shown,
}: {
  readonly answer: Rollouts;
  readonly text: string;
  readonly shown: number;
}) => {
  const { step, steps, inspected, more } = answer;
  if (text !== "") {
    return (
      <p class="quiet" role="status">
        {counted(shown, "rollout")} of all steps {shown === 1 ? "has" : "have"} this text
        {more ? ", and there are more" : ""}.
      </p>
    );
  }
  if (step === undefined || steps.length === 0) return <p>No step has kept its rollouts yet.</p>;
  return (
    <p class="quiet">
      The {more ? "first " : ""}
      {counted(shown, "sequence")} that step {step} learned from.
      {inspected.includes(step) || inspected.length === 0
        ? ""
        : " Its tokens were not looked into; those of the inspected steps were."}
    </p>
  );
};

const StepRollouts = ({ row, coloring }: { readonly row: RunRow; readonly coloring: Coloring }) => {
  const [step] = useQuery("step");
  const [text] = useQuery("text");
  const [order] = useQuery("order");
  const [others] = useQuery("with");
  const wanted = text !== "" ? `&text=${encodeURIComponent(text)}` : /^\d+$/u.test(step) ? `&step=${step}` : "";
  // A search reads the whole file: once, and not whenever it has grown.
  const about = text === "" ? { runs: [row.key] } : {};
  const answer = useAnswer<Rollouts>(`/api/rollouts?run=${encodeURIComponent(row.key)}${wanted}`, about);
  const rollouts = useMemo(() => ordered(answer.value?.rollouts ?? [], order), [answer.value, order]);
  return (
    <>
      <Head answer={answer.value} text={text} latest={step === ""} coloring={coloring} order={order} />
      <Shown answer={answer}>
        {(value) => (
          <>
            <Note answer={value} text={text} shown={rollouts.length} />
            <RolloutList rollouts={rollouts} coloring={coloring} withStep={text !== ""} others={others} />
          </>
        )}
      </Shown>
    </>
  );
};

/** The part of the page. */
export const RolloutsPart = ({ row }: { readonly row: RunRow }) => {
  const [prompt] = useQuery("prompt");
  const coloring = useColoring();
  return (
    <section aria-labelledby="part">
      <h2 id="part" class={prompt === "" ? "unseen" : ""}>
        {prompt === "" ? "Rollouts" : "One prompt over steps and runs"}
      </h2>
      {prompt === "" ? (
        <StepRollouts row={row} coloring={coloring} />
      ) : (
        <>
          <div class="controls">
            <ColoringChoice coloring={coloring} />
          </div>
          <PromptPart row={row} prompt={prompt} coloring={coloring} />
        </>
      )}
    </section>
  );
};
