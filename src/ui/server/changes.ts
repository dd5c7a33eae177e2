/** What has changed, in order, for a while: whoever lost the connection is told what came between. */
import { randomBytes } from "node:crypto";
import type { Changed } from "../answers.ts";

/** Changes that are kept. */
const mostKept = 1000;

/** The changes of one server. */
export class ChangeLog {
  /** Tells this server from the one before. */
  readonly #server = randomBytes(6).toString("hex");
  #kept: Changed[] = [];
  #count = 0;

  /** Names the last change. */
  get id(): string {
    return `${this.#server}-${this.#count}`;
  }

  /** Keeps a change. */
  add(changed: Changed): void {
    this.#kept.push(changed);
    this.#count += 1;
    if (this.#kept.length > mostKept) this.#kept.shift();
  }

  /** What has changed since the one of that name, in one; everything where that is not known. */
  since(id: string | undefined): Changed {
    const everything = { runs: [], list: true, everything: true };
    const [server, count] = (id ?? "").split("-");
    if (server !== this.#server || count === undefined || !/^\d{1,15}$/u.test(count)) return everything;
    const missed = this.#count - Number(count);
    if (missed < 0 || missed > this.#kept.length) return everything;
    const all = this.#kept.slice(this.#kept.length - missed);
    return {
      runs: [...new Set(all.flatMap(({ runs }) => runs))],
      list: all.some(({ list }) => list),
      everything: all.some((each) => each.everything),
    };
  }
}
