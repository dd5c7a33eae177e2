/** A plug-in in a user's own module: what the module exports by default. */
import type { ParameterSchemas, ParametersOf } from "./definition.ts";

/** The families that modules can add a member to. */
export const pluginKinds = ["reward", "divergence", "baseline", "objective", "measure", "task", "policy"] as const;

/** One of `pluginKinds`. */
export type PluginKind = (typeof pluginKinds)[number];

/** A member of a family, as a module of the user's exports it by default. */
export interface Plugin<Parameters extends ParameterSchemas, Context, Product, Laws = object> {
  /** One sentence on what it is. */
  readonly summary?: string;
  /**
   * The schema of each parameter, as TypeBox or as plain JSON Schema, with its default; they stand beside `module` in
   * the experiment file. Other keys are mistakes. None when left out.
   */
  readonly parameters?: Parameters;
  /** Identities that it claims, which `retort check` holds it to. */
  readonly laws?: Laws;
  /** Makes the part from checked parameters. What it throws is shown with the place in the experiment file. */
  create(parameters: ParametersOf<Parameters>, context: Context): Product;
}

/** A plug-in with the family that it belongs to. */
export type KindedPlugin = Plugin<ParameterSchemas, never, unknown> & {
  readonly kind: PluginKind;
  /** JSON Schema of the object of all parameters, in place of `parameters`; `true` for any. */
  readonly schema?: Readonly<Record<string, unknown>> | true;
};

/**
 * A function that fixes the types of a family's plug-ins and says their family: `export default defineX({ ... })`. What
 * it returns is the plug-in with its `kind`.
 */
export const pluginOf =
  <Context, Product, Laws = Record<never, never>>(kind: PluginKind) =>
  <const Parameters extends ParameterSchemas = Record<never, never>>(
    plugin: Plugin<Parameters, Context, Product, Laws>,
  ): Plugin<Parameters, Context, Product, Laws> & { readonly kind: PluginKind } => ({ kind, ...plugin });
