/** Says of runs that they differ in more than seeds and what was swept. */
import { mixedText } from "../../results/mixed.ts";
import { html, type Markup } from "./markup.ts";

/** One sentence with the names of what differs, and what that means; nothing where nothing does. */
export const mixedNote = (mixed: readonly string[]): Markup => {
  const text = mixedText(mixed);
  return text === undefined ? html`` : html`<p role="note"><strong>${text}</strong></p>`;
};
