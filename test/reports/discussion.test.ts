/** Tests of discussions: which figures a section names, and what its text becomes. */
import { expect, test } from "vitest";
import { discussionsIn } from "../../src/reports/discussion.ts";
import { html } from "../../src/reports/markup.ts";
import { prose } from "../../src/reports/prose.ts";

test("sections are found by the figures that their titles name", () => {
  const page =
    "# Why\n\nAn introduction.\n\n## Students: full, at 99 % (figures 8, A.12)\n\nOne.\n\nTwo.\n\n## A teacher (figure 5)\r\nThree.\n## How they ran";
  expect(discussionsIn(page)).toEqual([
    {
      title: "Students: full, at 99 % (figures 8, A.12)",
      anchor: "students-full-at-99--figures-8-a12",
      figures: ["8", "A.12"],
      text: "One.\n\nTwo.",
    },
    { title: "A teacher (figure 5)", anchor: "a-teacher-figure-5", figures: ["5"], text: "Three." },
    { title: "How they ran", anchor: "how-they-ran", figures: [], text: "" },
  ]);
  expect(discussionsIn("no sections")).toEqual([]);
});

const rendered = (text: string): string => html`${prose(text)}`.text.replaceAll(/\s*\n\s*/gu, "");

test("paragraphs, lists, emphasis and code are markup", () => {
  expect(rendered("One `a < b` and **two**,\n*three*.\n\n- four\n  five\n- six")).toBe(
    "<p>One <code>a &lt; b</code> and <strong>two</strong>,<em>three</em>.</p><ul><li>fourfive</li><li>six</li></ul>",
  );
});

test("nothing else is, and links are their text", () => {
  expect(rendered('<script>alert(1)</script> [here](javascript:alert(1)) [there](https://example.org/?a="b") `<b>`')).toBe(
    "<p>&lt;script&gt;alert(1)&lt;/script&gt; [here](javascript:alert(1)) there <code>&lt;b&gt;</code></p>",
  );
});
