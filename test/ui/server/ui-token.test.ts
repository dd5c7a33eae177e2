/** Tests of the secret in the page's link. */
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isToken, uiToken } from "../../../src/ui/server/ui-token.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "retort-token-"));

describe("the token", () => {
  test("is kept where only its user can read it, and is the same after a restart", () => {
    const at = folder();
    const token = uiToken(at);
    expect(token).toMatch(/^[0-9a-f]{48}$/u);
    expect(uiToken(at)).toBe(token);
    expect(statSync(join(at, "ui-token")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(at, "ui-token"), "utf8")).toBe(`${token}\n`);
  });

  test("that others may have read, or is none, is not used", () => {
    const read = folder();
    const known = uiToken(read);
    chmodSync(join(read, "ui-token"), 0o644);
    const fresh = uiToken(read);
    expect(fresh).not.toBe(known);
    expect(uiToken(read)).toBe(fresh);
    const damaged = folder();
    writeFileSync(join(damaged, "ui-token"), "short", { mode: 0o600 });
    expect(uiToken(damaged)).toMatch(/^[0-9a-f]{48}$/u);
  });

  test("is compared whole", () => {
    expect([isToken("a", "a"), isToken("ab", "a"), isToken("", "a"), isToken(undefined, "a")]).toEqual([true, false, false, false]);
  });
});
