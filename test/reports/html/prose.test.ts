/** Tests of prose: what becomes markup, and what stays text. */
import { expect, test } from "vitest";
import { html } from "../../../src/reports/html/markup.ts";
import { prose } from "../../../src/reports/html/prose.ts";

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
