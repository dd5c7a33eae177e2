/** Some of many names: columns, metrics, runs. */
import { useState } from "preact/hooks";
import { visible } from "../../../files/visible.ts";
import { Check, SearchBox } from "./inputs.tsx";

/** Names that are offered at once; the filter finds the others. */
const mostOffered = 60;

/** Several of many names, with a filter. */
export const NameChoice = ({
  summary,
  label,
  names,
  chosen,
  onChosen,
}: {
  readonly summary: string;
  readonly label: string;
  readonly names: readonly (readonly [name: string, note: string])[];
  readonly chosen: readonly string[];
  readonly onChosen: (chosen: readonly string[]) => void;
}) => {
  const [filter, setFilter] = useState("");
  const found = names.filter(([name]) => name.toLowerCase().includes(filter.toLowerCase()));
  // What is chosen can always be taken away again.
  const offered = found.filter(([name], i) => i < mostOffered || chosen.includes(name));
  return (
    <details class="choice">
      <summary>
        {summary} ({chosen.length})
      </summary>
      <SearchBox label={`Filter ${label}`} value={filter} onValue={setFilter} />
      <fieldset>
        <legend class="unseen">{summary}</legend>
        <div class="checks">
          {offered.map(([name, note]) => (
            <Check
              key={name}
              checked={chosen.includes(name)}
              onChecked={(on) => onChosen(on ? [...chosen, name] : chosen.filter((other) => other !== name))}
            >
              {visible(name)} {note === "" ? null : <span class="quiet">{note}</span>}
            </Check>
          ))}
        </div>
      </fieldset>
      {found.length > offered.length ? <p class="quiet">{found.length - offered.length} more: filter them.</p> : null}
      {chosen.length === 0 ? null : (
        <button type="button" onClick={() => onChosen([])}>
          Take all away
        </button>
      )}
    </details>
  );
};
