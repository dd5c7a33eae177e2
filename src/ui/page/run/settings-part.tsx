/** The settings and the log of a run. */
import type { RunDetails } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useQuery } from "../live/place.ts";
import { SearchBox } from "../parts/inputs.tsx";
import { Scroll, ValueTable } from "../parts/pieces.tsx";
import { counted } from "../parts/words.ts";

/** Everything that decides the result. */
export const SettingsPart = ({ details: { settings } }: { readonly details: RunDetails }) => {
  const [filter, setFilter] = useQuery("setting");
  const wanted = filter.toLowerCase();
  const found = settings.filter(([pointer, value]) => `${pointer}=${value}`.toLowerCase().includes(wanted));
  return (
    <section aria-labelledby="part">
      <h2 id="part" class="unseen">
        Settings
      </h2>
      <div class="controls">
        <SearchBox label="Find" value={filter} onValue={setFilter} />
      </div>
      <ValueTable
        label="Table of settings"
        caption={`Everything that decides the result: ${
          found.length === settings.length ? "all" : `${found.length} of`
        } ${settings.length} settings, defaults and versions included.`}
        head={["Setting", "Value"]}
        rows={found.map(([pointer, value, swept]) => [
          <code key="pointer">{visible(pointer)}</code>,
          <span key="value">
            {visible(value)}
            {swept ? <span class="quiet"> (swept)</span> : null}
          </span>,
        ])}
      />
    </section>
  );
};

/** The newest lines of its log. */
export const LogPart = ({ details: { log } }: { readonly details: RunDetails }) => (
  <section aria-labelledby="part">
    <h2 id="part" class="unseen">
      Log
    </h2>
    {log.length === 0 ? (
      <p>Nothing is there.</p>
    ) : (
      <>
        <p class="quiet">The newest {counted(log.length, "line")} of its log, the newest last.</p>
        <Scroll label="Lines of the log">
          <pre class="log">{log.map((line) => `${visible(line)}\n`).join("")}</pre>
        </Scroll>
      </>
    )}
  </section>
);
