/** The page around the pages: its head, where one can go, how the connection is, and which page is shown. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { visible } from "../../files/visible.ts";
import { ComparePage } from "./compare/compare-page.tsx";
import { FiguresPage } from "./figures/figures-page.tsx";
import { useConnection, type Connection } from "./live/events.ts";
import { hrefOf, usePlace } from "./live/place.ts";
import { useNow } from "./parts/pieces.tsx";
import { RunPage } from "./run/run-page.tsx";
import { RunsPage } from "./runs/runs-page.tsx";
import { SweepPage } from "./sweeps/sweep-page.tsx";
import { SweepsPage } from "./sweeps/sweeps-page.tsx";

const words: Readonly<Record<Connection["state"], string>> = {
  connecting: "connecting",
  hidden: "paused while this tab is hidden",
  live: "live",
  lost: "connection lost, trying again",
};

const Countdown = ({ until }: { readonly until: number }) => {
  const now = useNow(1000);
  // A screen reader that is told every second of a wait is of no use.
  return <span aria-hidden="true"> in {Math.max(0, Math.ceil((until - now) / 1000))} s</span>;
};

const ConnectionLine = () => {
  const connection = useConnection();
  const restarted = connection.state === "live" && connection.restarted;
  return (
    <p class={`connection connection-${connection.state}`} role="status">
      <span class="dot" aria-hidden="true" />
      {restarted ? "live; the server restarted" : words[connection.state]}
      {connection.state === "lost" && connection.retry !== undefined ? <Countdown until={connection.retry} /> : null}
    </p>
  );
};

const places = [
  ["runs", "Runs", ["runs", "run", "compare"]],
  ["sweeps", "Sweeps", ["sweeps", "sweep"]],
  ["figures", "Figures", ["figures"]],
] as const;

/** The folder that is shown, as the server wrote it into the document. */
const rootOf = (): string => document.querySelector<HTMLElement>("[data-root]")?.dataset["root"] ?? "";

const Head = ({ page }: { readonly page: string }) => (
  <header class="top">
    <p class="mark">
      <strong>Retort</strong> <code class="quiet">{visible(rootOf())}</code>
    </p>
    <nav aria-label="Pages">
      <ul>
        {places.map(([to, text, within]) => (
          <li key={to}>
            <a
              href={hrefOf([to])}
              aria-current={page === to ? "page" : (within as readonly string[]).includes(page) ? "true" : undefined}
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
    <ConnectionLine />
  </header>
);

const NotFound = () => (
  <>
    <h1>There is no such page</h1>
    <p>
      The link may have been cut off. <a href={hrefOf(["runs"])}>All runs</a>
    </p>
  </>
);

const pageOf = ([page, name]: readonly string[]): ComponentChildren => {
  if (page === undefined || page === "runs") return <RunsPage />;
  // Another run is another page: nothing of the one before is kept.
  if (page === "run" && name !== undefined) return <RunPage key={name} run={name} />;
  if (page === "compare") return <ComparePage />;
  if (page === "sweeps") return <SweepsPage />;
  if (page === "sweep" && name !== undefined) return <SweepPage key={name} file={name} />;
  if (page === "figures") return <FiguresPage />;
  return <NotFound />;
};

/** Everything. */
export const App = () => {
  const { path } = usePlace();
  const main = useRef<HTMLElement | null>(null);
  const address = path.join("/");
  const before = useRef(address);
  useEffect(() => {
    if (before.current === address) return;
    before.current = address;
    // As if another document had been opened.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [address]);
  return (
    <>
      <Head page={path[0] ?? "runs"} />
      <main id="main" tabIndex={-1} ref={main}>
        {pageOf(path)}
      </main>
    </>
  );
};
