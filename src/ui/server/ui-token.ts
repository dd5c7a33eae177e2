/** The secret in the link to the page: the same after a restart, so that an open page keeps working. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const pattern = /^[0-9a-f]{48}$/u;

const folderOf = (): string => join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "retort");

/** One that was kept; nothing where others may have read or written it. */
const keptIn = (path: string): string | undefined => {
  try {
    const facts = lstatSync(path);
    const own = process.getuid === undefined || facts.uid === process.getuid();
    if (!facts.isFile() || !own || (facts.mode & 0o077) !== 0 || facts.size > 1000) return undefined;
    const text = readFileSync(path, "utf8").trim();
    return pattern.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
};

/** The token of this user on this machine. It is only of this process where none can be kept. */
export const uiToken = (folder = folderOf()): string => {
  const path = join(folder, "ui-token");
  const kept = keptIn(path);
  if (kept !== undefined) return kept;
  const token = randomBytes(24).toString("hex");
  const draft = `${path}.${process.pid}.part`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch {
    // Where nothing can be written it ends with the process.
    rmSync(draft, { force: true });
  }
  return token;
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Whether a text is the token, in the same time whatever it is. */
export const isToken = (given: string | undefined, token: string): boolean =>
  given !== undefined && timingSafeEqual(digest(given), digest(token));
