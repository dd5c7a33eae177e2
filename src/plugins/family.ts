/**
 * A family of plug-ins with one contract: the schema of its members as a discriminated union on `type`, and creation by
 * that name.
 */
import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from "@sinclair/typebox";
import type { Definition, ParametersOf } from "./definition.ts";
import { closedObject } from "./closed-object.ts";

interface Member {
  readonly type: string;
  readonly summary: string;
  readonly parameters: TProperties;
  create(parameters: never, context: never): unknown;
}

/** The values that an experiment file may hold for a member of the family: `{ type } & parameters`, as a union. */
export type Values<Members extends readonly Member[]> = {
  [K in keyof Members]: Members[K] extends Definition<infer Type, infer Parameters, infer _C, infer _P>
    ? { type: Type } & ParametersOf<Parameters>
    : never;
}[number];

/** What every member of the family gets to be made with: all that any of them needs. */
type ContextOf<Members extends readonly Member[]> = Members[number]["create"] extends (
  parameters: never,
  context: infer Context,
) => unknown
  ? Context
  : never;

/** What the members make. */
type ProductOf<Members extends readonly Member[]> = ReturnType<Members[number]["create"]>;

/** A closed list of plug-ins of one kind. */
export interface Family<V extends { type: string }, Context, Product> {
  /** What the family is called in errors, for example `divergence`. */
  readonly name: string;
  readonly types: readonly string[];
  /** JSON Schema: an object whose `type` selects one of the members. */
  readonly schema: TUnsafe<V>;
  /** Makes the member that `values.type` names. `RangeError` for an unknown type. */
  create(values: V, context: Context): Product;
}

const branch = (member: Member, common: Readonly<Record<string, TSchema>>): TObject =>
  closedObject({ type: Type.Literal(member.type), ...member.parameters, ...common }, { description: member.summary });

/**
 * Composes definitions into a family. `common` adds optional properties that every member accepts in a file (for
 * example a reward's `weight`); the family's creator does not see them.
 */
export const family = <
  const Members extends readonly Member[],
  Common extends Record<string, TSchema> = Record<never, TSchema>,
>(
  name: string,
  members: Members,
  common?: Common,
): Family<Values<Members> & Static<TObject<Common>>, ContextOf<Members>, ProductOf<Members>> => {
  const byType = new Map<string, Member>(members.map((member) => [member.type, member]));
  const types = [...byType.keys()];
  return {
    name,
    types,
    schema: Type.Unsafe<Values<Members> & Static<TObject<Common>>>({
      type: "object",
      description: `Which ${name}: "type" names it, and each has parameters of its own.`,
      discriminator: { propertyName: "type" },
      oneOf: members.map((member) => branch(member, common ?? {})),
    }),
    create(values, context) {
      const member = byType.get(values.type);
      if (member === undefined) {
        throw new RangeError(
          `${name}: expected type to be one of ${types.join(", ")}, got ${JSON.stringify(values.type)}`,
        );
      }
      return member.create(values as never, context as never) as ProductOf<Members>;
    },
  };
};
