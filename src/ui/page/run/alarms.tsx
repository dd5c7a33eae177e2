/** What the self-checks of a run said. */
import type { Alarm } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { counted } from "../parts/words.ts";

const List = ({ alarms }: { readonly alarms: readonly Alarm[] }) => (
  <ul>
    {alarms.map(({ step, check, message }, i) => (
      <li key={i}>
        Step {step}, <code>{visible(check)}</code>: {visible(message)}
      </li>
    ))}
  </ul>
);

/** The alarms, the newest of each check first; nothing where there is none. */
export const Alarms = ({ alarms }: { readonly alarms: readonly Alarm[] }) => {
  if (alarms.length === 0) return null;
  const sorted = alarms.toSorted((a, b) => b.step - a.step);
  // A check says the same each time: its newest alarm is seen, the others are behind it.
  const newest = sorted.filter(({ check }, i) => sorted.findIndex((other) => other.check === check) === i);
  const earlier = sorted.filter((alarm) => !newest.includes(alarm));
  return (
    <section class="notice alarms" aria-label="Alarms">
      <p>
        <strong>{counted(alarms.length, "alarm")}</strong> of the self-checks:
      </p>
      <List alarms={newest} />
      {earlier.length === 0 ? null : (
        <details>
          <summary>{earlier.length} earlier of the same checks</summary>
          <List alarms={earlier} />
        </details>
      )}
    </section>
  );
};
