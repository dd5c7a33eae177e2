/** The events of the reports task: who did what, where and when. */
import { integer, pick, type Uniforms } from "../../random/stream.ts";

/** Words of one kind. */
export const agents = [
  "mayor",
  "baker",
  "captain",
  "doctor",
  "painter",
  "farmer",
  "teacher",
  "pilot",
  "nurse",
  "judge",
  "miner",
  "poet",
] as const;
/** Each with another word for the same. */
export const actions = [
  ["opened", "unveiled"],
  ["sold", "traded"],
  ["repaired", "mended"],
  ["bought", "acquired"],
  ["found", "discovered"],
  ["closed", "shut"],
  ["moved", "shifted"],
  ["cleaned", "washed"],
] as const;
/** What something is done to. */
export const things = [
  "bridge",
  "tower",
  "library",
  "market",
  "museum",
  "garden",
  "station",
  "theatre",
  "mill",
  "chapel",
  "castle",
  "ferry",
] as const;
/** Where. */
export const places = ["riga", "oslo", "bern", "lima", "cairo", "turin", "porto", "quito", "hanoi", "dakar"] as const;
/** When. */
export const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** One event; the action by its first word. */
export interface ReportedEvent {
  readonly agent: string;
  readonly action: string;
  readonly thing: string;
  readonly place: string;
  readonly day: string;
}

/** What a sentence says of an event; what it leaves out is not there. */
export type Facts = Pick<ReportedEvent, "agent" | "action" | "thing"> & Partial<Pick<ReportedEvent, "place" | "day">>;

/** `count` different ones, in random order. */
const pickSeveral = <T>(uniforms: Uniforms, choices: readonly T[], count: number): T[] => {
  const left = [...choices];
  return Array.from({ length: count }, () => left.splice(integer(uniforms, 0, left.length - 1), 1)[0]!);
};

/** Events that differ in who and in what, at most as many as there are agents. */
export const drawEvents = (uniforms: Uniforms, count: number): ReportedEvent[] => {
  const [who, what] = [pickSeveral(uniforms, agents, count), pickSeveral(uniforms, things, count)];
  return who.map((agent, i) => ({
    agent,
    action: pick(uniforms, actions)[0],
    thing: what[i]!,
    place: pick(uniforms, places),
    day: pick(uniforms, days),
  }));
};

const kinds = { agent: agents, action: actions.map(([word]) => word), thing: things, place: places, day: days };

/** The event with one thing wrong: another agent, action, thing, place or day. */
export const mistake = (uniforms: Uniforms, event: ReportedEvent): ReportedEvent => {
  const kind = pick(uniforms, Object.keys(kinds) as (keyof typeof kinds)[]);
  return {
    ...event,
    [kind]: pick<string>(
      uniforms,
      kinds[kind].filter((word) => word !== event[kind]),
    ),
  };
};

/** True when all that is said is so. */
export const holds = (facts: Facts, event: ReportedEvent): boolean =>
  Object.entries(facts).every(([name, value]) => value === event[name as keyof ReportedEvent]);
