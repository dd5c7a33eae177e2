/** One contestant of the bench of divergences, in a process of its own: answers each message with one run. */
import { answer } from "./contest.ts";
import { openDivergence, type DivergenceContestant } from "./divergence-work.ts";

const opened = openDivergence(JSON.parse(process.argv[2]!) as DivergenceContestant);

answer(async (message) => (await opened)(message === "check"));
