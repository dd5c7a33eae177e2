/** YAML with comments as a person writes it: short lists on one line, everything else a line each. */
import { Document, isMap, isScalar, isSeq, visit } from "yaml";
import type { Json } from "../../files/json.ts";
import type { Member } from "./json-layout.ts";

/** Columns of a line. */
const WIDTH = 120;

const plainOf = (members: readonly Member[]): Record<string, Json> =>
  Object.fromEntries(
    members.map((member) => [member.key, "members" in member ? plainOf(member.members) : member.value]),
  );

const annotate = (map: unknown, members: readonly Member[]): void => {
  if (!isMap(map)) return;
  for (const [index, member] of members.entries()) {
    const pair = map.items[index]!;
    if (!isScalar(pair.key)) continue;
    if (member.note !== undefined) pair.key.commentBefore = ` ${member.note.replaceAll(/\s+/gu, " ")}`;
    if (member.apart === true) pair.key.spaceBefore = true;
    if ("members" in member) annotate(pair.value, member.members);
  }
};

/** The text of an object, with a line end. */
export const yamlLayout = (members: readonly Member[]): string => {
  const document = new Document(plainOf(members));
  annotate(document.contents, members);
  visit(document, {
    Seq: (_, sequence) => {
      if (isSeq(sequence) && sequence.items.every((item) => isScalar(item))) sequence.flow = true;
    },
  });
  return document.toString({ lineWidth: WIDTH, flowCollectionPadding: false });
};
