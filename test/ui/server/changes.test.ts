/** Tests of what is told to a page that lost the connection. */
import { describe, expect, test } from "vitest";
import { ChangeLog } from "../../../src/ui/server/changes.ts";

const change = (run: string, list = false) => ({ runs: [run], list, everything: false });

describe("what has changed since", () => {
  test("the last one is nothing, and since one before is all that came after it, in one", () => {
    const log = new ChangeLog();
    const start = log.id;
    log.add(change("a"));
    const middle = log.id;
    log.add(change("b"));
    log.add(change("b", true));
    expect(log.since(log.id)).toEqual({ runs: [], list: false, everything: false });
    expect(log.since(middle)).toEqual({ runs: ["b"], list: true, everything: false });
    expect(log.since(start)).toEqual({ runs: ["a", "b"], list: true, everything: false });
  });

  test.each([[undefined], [""], ["x"], ["other-1"]])("%j, which is not known, is everything", (id) => {
    expect(new ChangeLog().since(id).everything).toBe(true);
  });

  test("one that is too long ago, or has not been yet, is everything", () => {
    const log = new ChangeLog();
    const start = log.id;
    for (let i = 0; i < 1001; i += 1) log.add(change(String(i)));
    expect(log.since(start).everything).toBe(true);
    expect(log.since(log.id.replace("1001", "2000")).everything).toBe(true);
  });
});
