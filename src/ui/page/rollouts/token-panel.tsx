/** What is known of a token: what student and teacher could have said instead. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Alternative, Token } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { numberText } from "../../../reports/html/number-text.ts";
import { percentText } from "../parts/words.ts";

/** A token where its spaces matter. */
const exactText = (text: string): string =>
  text === "" ? "◦" : visible(text.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥"));

const Top = ({
  name,
  tops,
  drawn,
  logProb,
}: {
  readonly name: string;
  readonly tops: readonly Alternative[];
  readonly drawn: string;
  readonly logProb: number | null;
}) => (
  <div>
    <p class="panel-head">
      <strong>{name}</strong>{" "}
      <span class="quiet">
        {logProb === null ? "not known" : `${percentText(Math.exp(logProb))}, ${numberText(logProb)} nats`}
      </span>
    </p>
    {tops.length === 0 ? null : (
      <ol class="tops">
        {tops.map(([text, own], i) => (
          <li key={i} class={text === drawn ? "drawn" : ""}>
            <code>{exactText(text)}</code>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${100 * Math.exp(own)}%` }} />
            </span>
            <span class="number">{percentText(Math.exp(own))}</span>
          </li>
        ))}
      </ol>
    )}
  </div>
);

/** Pixels between the token and the panel, and from the panel to the edge of the window. */
const [gap, margin] = [6, 8];

/** Puts the panel below its token, or above where there is no room. */
const place = (panel: HTMLElement, token: Element): void => {
  const at = token.getClientRects()[0] ?? token.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.bottom + gap;
  const top = below + height + margin > innerHeight && at.top - gap - height > margin ? at.top - gap - height : below;
  panel.style.top = `${top}px`;
  panel.style.left = `${Math.max(margin, Math.min(at.left, innerWidth - width - margin))}px`;
};

/** The panel of a token; it stays with it when the page is scrolled. */
export const TokenPanel = ({
  id,
  token,
  position,
  panel,
  anchor,
}: {
  readonly id: string;
  readonly token: Token;
  /** Counted from 1. */
  readonly position: number;
  readonly panel: RefObject<HTMLDivElement | null>;
  readonly anchor: () => Element | null;
}) => {
  useLayoutEffect(() => {
    const follow = (): void => {
      const element = anchor();
      if (panel.current !== null && element !== null) place(panel.current, element);
    };
    follow();
    addEventListener("scroll", follow, { capture: true, passive: true });
    addEventListener("resize", follow);
    return () => {
      removeEventListener("scroll", follow, { capture: true });
      removeEventListener("resize", follow);
    };
  }, [token, position]);
  return (
    <div class="panel" role="tooltip" id={id} ref={panel}>
      <p class="panel-head">
        Token {position}: <code>{exactText(token.text)}</code>{" "}
        <span class="quiet">divergence {numberText(token.divergence)} nats</span>
      </p>
      <div class="panel-tops">
        <Top name="Student" tops={token.studentTop} drawn={token.text} logProb={token.student} />
        <Top name="Teacher" tops={token.teacherTop} drawn={token.text} logProb={token.teacher} />
      </div>
    </div>
  );
};
