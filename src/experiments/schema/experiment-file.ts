/** The type of an experiment file as it is written: what has a default may be left out. */
import type { Json } from "../../files/json.ts";
import type { ExperimentValues } from "./experiment-schema.ts";

/** Values before defaults: of an object only `type`, which says what the others are, must be there. */
type Written<T> = [Json] extends [T] ? T : WrittenPart<T>;

type WrittenPart<T> = T extends readonly unknown[]
  ? { readonly [Index in keyof T]: Written<T[Index]> }
  : T extends object
    ? { readonly [Key in keyof T as Key extends "type" ? Key : never]: T[Key] } & {
        readonly [Key in keyof T as Key extends "type" ? never : Key]?: Written<T[Key]> | undefined;
      }
    : T;

/** A merge patch of values: nothing must be there, and null takes a key away. */
type Patch<T> = [Json] extends [T] ? T : PatchPart<T>;

type PatchPart<T> = T extends readonly unknown[]
  ? WrittenPart<T>
  : T extends object
    ? { readonly [Key in keyof T]?: Patch<T[Key]> | null | undefined }
    : T;

/** The parts of a file that say one training. */
type Parts = Omit<ExperimentValues, "$schema" | "stages" | "variants" | "sweep" | "claims">;

/** What no file can do without. */
type Needed = "task" | "student" | "objective" | "training";

/**
 * The keys of an experiment file that say one training: what `recipeOf` takes. The compiler knows every key, every type
 * and every plug-in's parameters; ranges, and the keys that an inner object must have, are checked when it is read.
 */
export type RecipeValues = Written<Omit<Parts, Needed>> & { readonly [Key in Needed]: Written<Parts[Key]> };

/** An experiment file as it is written: one that is complete by itself. */
export type ExperimentFile = RecipeValues & {
  readonly $schema?: string;
  readonly question: string;
  readonly stages?: Written<NonNullable<ExperimentValues["stages"]>>;
  readonly variants?: Readonly<Record<string, Patch<Parts>>>;
  readonly sweep?: Written<NonNullable<ExperimentValues["sweep"]>>;
  readonly claims?: Written<NonNullable<ExperimentValues["claims"]>>;
};

/** Has the compiler check the values of an experiment file, and an editor complete them; gives them as they are. */
export const experiment = (values: ExperimentFile): ExperimentFile => values;
