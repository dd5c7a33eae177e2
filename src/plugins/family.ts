/**
 * A family of plug-ins with one contract: the schema of its members as a discriminated union on `type`, and creation by
 * that name.
 */
import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from "@sinclair/typebox";
import type { Definition, ParametersOf } from "./definition.ts";
import { closedObject } from "./closed-object.ts";
import { having } from "./having.ts";
import { addContract } from "./module-contracts.ts";
import { moduleKeyword, readValues, type ModuleSchema } from "./module-keyword.ts";
import { calling, withLines } from "./module-errors.ts";
import { knownModule, pluginIn, type ModuleContract } from "./module-registry.ts";
import type { PluginKind } from "./plugin.ts";

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
export interface Family<V extends object, Context, Product> {
  /** What the family is called in errors, for example `divergence`. */
  readonly name: string;
  readonly types: readonly string[];
  /** JSON Schema: an object whose `type` selects one of the members. */
  readonly schema: TUnsafe<V>;
  /**
   * JSON Schema of the member that the values name, which is quicker to compile than that of all; of all where they
   * name a module or no member.
   */
  schemaFor(values: V): object;
  /** Makes the member that `values.type` names. `RangeError` for an unknown type. */
  create(values: V, context: Context): Product;
}

/** Parameters of a module of the user's, which its own schema checks; `code` is written by the check of the file. */
const moduleBranch = (
  keyword: ModuleSchema,
  common: Readonly<Record<string, TSchema>>,
  { also }: ModuleContract,
): TSchema => {
  const { kind } = keyword;
  return Type.Object(
    {
      module: Type.String({
        minLength: 1,
        description: `A file in TypeScript or JavaScript, relative to the experiment file, that exports the ${kind}.`,
      }),
      code: Type.Optional(
        Type.String({
          pattern: "^[0-9a-f]{64}$",
          description:
            "sha256 of the module's code with all that it imports, as Retort writes it down; a file that says it " +
            "takes no other code.",
        }),
      ),
      ...also,
      ...common,
    },
    {
      additionalProperties: Type.Unknown(),
      description: `A ${kind} of your own: the file that exports it, and the parameters that it names.`,
      [moduleKeyword]: keyword,
    },
  );
};

/** Values that name a module. */
interface ModuleValues {
  readonly module: string;
  readonly code?: string;
}

const isModule = (values: object): values is ModuleValues => "module" in values && typeof values.module === "string";

/** What an object has under a name such as `decoder.step`. */
const under = (made: object, name: string): unknown =>
  name.split(".").reduce<unknown>((object, key) => (Object(object) as Record<string, unknown>)[key], made);

const fits = (made: object, { functions, keys }: ModuleContract): boolean =>
  functions.every((name) => typeof under(made, name) === "function") && keys.every((name) => name in made);

/** The objects of a product in which a contract names functions. */
const innerOf = ({ functions }: ModuleContract): readonly string[] =>
  functions.filter((name) => name.includes(".")).map((name) => name.split(".", 1)[0]!);

/** Keys of a module's values that are not its own. */
const keysOf = (common: Readonly<Record<string, TSchema>>, { also = {} }: ModuleContract): readonly string[] => [
  ...Object.keys(common),
  ...Object.keys(also),
];

/** The values as the check of a file leaves them; those of a recipe that was made by hand are read here. */
const codedValues = (values: ModuleValues, schema: ModuleSchema, context: unknown): ModuleValues => {
  if (values.code !== undefined) return values;
  const folder = typeof context === "object" && context !== null && "folder" in context ? context.folder : undefined;
  return typeof folder === "string" ? (readValues(values, schema, folder) as ModuleValues) : values;
};

/**
 * Makes a part from a module of the user's. `RangeError` when the module was not read before, as the check of a file
 * does, and when what it makes is no part of this family.
 */
const createFromModule = (
  schema: ModuleSchema,
  contract: ModuleContract,
  given: ModuleValues,
  context: unknown,
): object => {
  const { kind, common } = schema;
  const { module: path, code: hash = "", ...others } = codedValues(given, schema, context);
  const code = knownModule(hash);
  if (code === undefined)
    throw new RangeError(`${kind}: expected ${path} to be read before it is used, got none; plan it as part of a file`);
  const parameters = Object.fromEntries(Object.entries(others).filter(([key]) => !common.includes(key)));
  const plugin = pluginIn(code, kind, contract);
  const made: unknown = calling(code, () => plugin.create(parameters as never, context as never));
  if (typeof made === "object" && made !== null && fits(made, contract)) {
    const product = withLines(made, code, innerOf(contract));
    return contract.finish?.(product, { ...others, module: path, code: hash }, context) ?? product;
  }
  throw new TypeError(
    `${path}: expected create to give ${contract.product}, got ${JSON.stringify(made) ?? typeof made}`,
  );
};

const branch = (member: Member, common: Readonly<Record<string, TSchema>>): TObject =>
  closedObject({ type: Type.Literal(member.type), ...member.parameters, ...common }, { description: member.summary });

/** What a family may say besides its members. */
export interface FamilyOptions<Common> {
  /** Optional properties that every member accepts in a file, such as a reward's weight; creators do not see them. */
  readonly common?: Common;
  /** Lets users' own modules join the family, whose name is then a `PluginKind`. */
  readonly modules?: ModuleContract;
}

const union = (name: string, branches: readonly object[]): object => ({
  type: "object",
  description: `Which ${name}: "type" names it, and each has parameters of its own.`,
  discriminator: { propertyName: "type" },
  oneOf: branches,
});

const withModules = (name: string, branchOfModules: TSchema, members: object): object => ({
  type: "object",
  description: `Which ${name}: "type" names one of Retort's, "module" a file with one of your own.`,
  ...having("module", branchOfModules, Type.Unsafe(members)),
});

/**
 * Composes definitions into a family.
 */
export const family = <
  const Members extends readonly Member[],
  Common extends Record<string, TSchema> = Record<never, TSchema>,
>(
  name: string,
  members: Members,
  { common, modules }: FamilyOptions<Common> = {},
): Family<Values<Members> & Static<TObject<Common>>, ContextOf<Members>, ProductOf<Members>> => {
  const byType = new Map<string, Member>(members.map((member) => [member.type, member]));
  const types = [...byType.keys()];
  const branches = new Map(members.map((member) => [member.type, branch(member, common ?? {})]));
  const listed = union(name, [...branches.values()]);
  const keyword = { kind: name as PluginKind, common: modules === undefined ? [] : keysOf(common ?? {}, modules) };
  if (modules !== undefined) addContract(name as PluginKind, modules);
  const schema = Type.Unsafe<Values<Members> & Static<TObject<Common>>>(
    modules === undefined ? listed : withModules(name, moduleBranch(keyword, common ?? {}, modules), listed),
  );
  return {
    name,
    types,
    schema,
    schemaFor: (values) => (isModule(values) ? undefined : branches.get(values.type)) ?? schema,
    create(values, context) {
      if (modules !== undefined && isModule(values)) {
        return createFromModule(keyword, modules, values, context) as ProductOf<Members>;
      }
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
