/** How a step of a run went: what ran when, what it took, what its machine had. */
import type { StepDetails } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";
import { useAnswer } from "../live/answer.ts";
import { useQuery } from "../live/place.ts";
import { StepChoice } from "../parts/inputs.tsx";
import { Shown, ValueTable } from "../parts/pieces.tsx";
import { ReportMarkup } from "../parts/report-markup.tsx";
import { Alarms } from "./alarms.tsx";

const sizes: readonly (readonly [bytes: number, unit: string])[] = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/** A number of a machine; bytes in a unit that can be read. */
const machineText = (name: string, value: number): string => {
  const size = /bytes|memory|heap|rss/iu.test(name) ? sizes.find(([bytes]) => value >= bytes) : undefined;
  return size === undefined ? numberText(value) : `${numberText(value / size[0])} ${size[1]}`;
};

type Values = readonly (readonly [name: string, value: number])[];

const StepValues = ({ step, timings, machine }: Pick<StepDetails, "step" | "timings" | "machine">) => {
  const table = (label: string, caption: string, values: Values, text: (name: string, value: number) => string) =>
    values.length === 0 ? null : (
      <ValueTable
        label={label}
        caption={caption}
        head={["Name", "Value"]}
        rows={values.map(([name, value]) => [visible(name), text(name, value), true])}
      />
    );
  return (
    <div class="beside">
      {table("Timings", `How long the parts of step ${step} took.`, timings, (_, value) => numberText(value))}
      {table("Machine", `What step ${step} measured of its machine.`, machine, machineText)}
    </div>
  );
};

const StepView = ({
  details,
  latest,
  onStep,
}: {
  readonly details: StepDetails;
  readonly latest: boolean;
  readonly onStep: (step: string) => void;
}) => {
  const { first, last, step, gantt, alarms } = details;
  const steps = [step - 1, step + 1].filter((other) => other >= first && other <= last);
  return (
    <>
      <div class="controls">
        <StepChoice step={step} steps={steps} latest={latest} onStep={onStep} />
        <span class="quiet">
          Steps {first} to {last} were timed.
        </span>
      </div>
      <Alarms alarms={alarms} />
      {gantt === "" ? <p>Nothing is known of what ran when in this step.</p> : <ReportMarkup markup={gantt} />}
      <StepValues {...details} />
    </>
  );
};

/** The part of the page. */
export const StepPart = ({ run }: { readonly run: string }) => {
  const [step, setStep] = useQuery("step");
  const wanted = /^\d+$/u.test(step) ? `&step=${step}` : "";
  const answer = useAnswer<StepDetails>(`/api/step?run=${encodeURIComponent(run)}${wanted}`, { runs: [run] });
  return (
    <section aria-labelledby="part">
      <h2 id="part" class="unseen">
        Step
      </h2>
      <Shown answer={answer}>
        {(details) => <StepView details={details} latest={wanted === ""} onStep={setStep} />}
      </Shown>
    </section>
  );
};
