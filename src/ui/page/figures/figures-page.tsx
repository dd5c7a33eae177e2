/** Figures of the paper that were run again, with what came of their claims. */
import type { FigureList } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { useAnswer } from "../live/answer.ts";
import { Scroll, Shown, useTitle } from "../parts/pieces.tsx";
import { ReportMarkup } from "../parts/report-markup.tsx";

type Figures = FigureList["figures"];

/** Outcomes in the order of the reports; others behind them. */
const known = ["replicated", "not-replicated", "inconclusive", "not-run"];

const Overview = ({ figures }: { readonly figures: Figures }) => {
  const present = new Set(figures.flatMap(({ outcomes }) => Object.keys(outcomes)));
  const columns = [
    ...known.filter((outcome) => present.has(outcome)),
    ...[...present].filter((outcome) => !known.includes(outcome)),
  ];
  return (
    <Scroll label="Figures and the outcomes of their claims">
      <table>
        <caption>How many claims of each figure came out how.</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Paper</th>
            {columns.map((outcome) => (
              <th key={outcome} scope="col">
                <span class={`outcome ${known.includes(outcome) ? outcome : ""}`}>
                  {visible(outcome.replaceAll("-", " "))}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.map(({ name, paper, outcomes }) => (
            <tr key={name}>
              <th scope="row">
                <a href={`#figure-${name}-section`}>Figure {visible(name)}</a>
              </th>
              <td>{visible(paper)}</td>
              {columns.map((outcome) => (
                <td key={outcome} class="number">
                  {outcomes[outcome] ?? "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
};

/** The page. */
export const FiguresPage = () => {
  useTitle("Figures");
  const answer = useAnswer<FigureList>("/api/figures", { list: true });
  return (
    <>
      <h1>Figures</h1>
      <Shown answer={answer}>
        {({ figures }) =>
          figures.length === 0 ? (
            <p>
              No figure of the paper was run again below this folder: <code>retort reproduce</code> does it.
            </p>
          ) : (
            <>
              <Overview figures={figures} />
              {figures.map(({ name, section }) => (
                <div key={name} id={`figure-${name}-section`} tabIndex={-1}>
                  <ReportMarkup markup={section} />
                </div>
              ))}
            </>
          )
        }
      </Shown>
    </>
  );
};
