/** Markup that the server's own reports wrote, and nothing else: the one place of the page that sets HTML. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** A piece of a report, escaped where it was written. */
export const ReportMarkup = ({ markup }: { readonly markup: string }) => {
  const place = useRef<HTMLDivElement | null>(null);
  useLayoutEffect(() => {
    // A plot is one picture with a text of its own: names of its parts say nothing more, and its links, which are in
    // a table of the page too, are for those who point at them.
    for (const part of place.current?.querySelectorAll("svg g[aria-label]") ?? []) part.removeAttribute("aria-label");
    for (const link of place.current?.querySelectorAll("svg a") ?? []) {
      link.setAttribute("tabindex", "-1");
      link.setAttribute("aria-hidden", "true");
    }
  }, [markup]);
  return <div class="report" ref={place} dangerouslySetInnerHTML={{ __html: markup }} />;
};
