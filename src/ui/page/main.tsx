/** Where the page starts. */
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./page.css";
import { App } from "./app.tsx";
import { followEvents } from "./live/events.ts";
import { followAddress } from "./live/place.ts";

/** Links within the page, such as those of reports, must not become its address, which says what is shown. */
const followAnchors = (): void => {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    const href = link?.getAttribute("href") ?? "";
    if (href === "" || href.startsWith("#/")) return;
    event.preventDefault();
    const target = document.getElementById(href.slice(1));
    target?.scrollIntoView();
    target?.focus({ preventScroll: true });
  });
};

const page = document.getElementById("page");
if (page === null) throw new Error("page: expected an element with the id page in the document");
followAddress();
followAnchors();
followEvents();
render(<App />, page);
