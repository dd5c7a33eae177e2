/**
 * The one file that imports @huggingface/jinja: templates of strangers run with counted steps and counted characters.
 */
import {
  Environment as LibraryEnvironment,
  Interpreter as LibraryInterpreter,
  parse,
  tokenize,
} from "@huggingface/jinja";

/** What a template may cost. All are counts, so that a template is refused on every machine or on none. */
const limits = {
  /** Characters of a template. */
  template: 1 << 17,
  /** Spaces and line ends in a row in a template: the library takes time with their square. */
  space: 1000,
  /** Expressions and statements that are evaluated. */
  steps: 200_000,
  /** Characters and list items of all values on the way. */
  work: 1 << 25,
  /** Characters of one value, the rendered text among them. */
  value: 1 << 21,
  /** Numbers of one `range`. */
  range: 10_000,
} as const;

interface Environment {
  set(name: string, value: unknown): unknown;
}

interface Interpreter {
  run(program: unknown): unknown;
  evaluate(node: unknown, environment: unknown): unknown;
}

const broken = (what: string): TypeError =>
  new TypeError(`@huggingface/jinja: expected ${what}; install the version in package.json`);

const construct = (constructor: unknown, ...parameters: readonly unknown[]): object => {
  if (typeof constructor !== "function") throw broken("classes Environment and Interpreter");
  const made: unknown = Reflect.construct(constructor, parameters);
  if (typeof made !== "object" || made === null) throw broken("classes Environment and Interpreter");
  return made;
};

const apply = (callee: unknown, ...parameters: readonly unknown[]): unknown => {
  if (typeof callee !== "function") throw broken("functions tokenize and parse");
  return Reflect.apply(callee, undefined, parameters);
};

const isEnvironment = (value: object): value is Environment => "set" in value && typeof value.set === "function";

const isInterpreter = (value: object): value is Interpreter =>
  "run" in value && typeof value.run === "function" && "evaluate" in value && typeof value.evaluate === "function";

const contentOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "value" in value ? value.value : undefined;

/** How much a value holds: characters of a text, members of a list or a map. */
const sizeOf = (value: unknown): number => {
  const content = contentOf(value);
  if (typeof content === "string" || Array.isArray(content)) return content.length;
  return content instanceof Map ? content.size : 0;
};

const over = (what: string, most: number): RangeError =>
  new RangeError(`chat template: expected at most ${most} ${what}, got more`);

/** Python's `range`, of numbers that are few. */
const range = (first: number, second?: number, step = 1): number[] => {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.ceil((stop - start) / step);
  if (!Number.isFinite(count))
    throw new RangeError("chat template: expected numbers, and a step other than 0, of a range, got others");
  if (count > limits.range) throw over("numbers in a range", limits.range);
  return Array.from({ length: Math.max(0, count) }, (_, index) => start + index * step);
};

const raise = (message: unknown): never => {
  throw new Error(String(message));
};

const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range,
  raise_exception: raise,
};

const tooMuchSpace = new RegExp(String.raw`\s{${limits.space + 1}}`, "u");

const parsed = (template: string): unknown => {
  if (template.length > limits.template) throw over("characters", limits.template);
  if (tooMuchSpace.test(template)) throw over("spaces and line ends in a row", limits.space);
  try {
    return apply(parse, apply(tokenize, template, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    throw new SyntaxError(`chat template: expected a Jinja template, got ${messageOf(cause)}`, { cause });
  }
};

const memberOf = (node: unknown, name: string): unknown =>
  typeof node === "object" && node !== null ? (node as Readonly<Record<string, unknown>>)[name] : undefined;

type Evaluate = Interpreter["evaluate"];

/**
 * Evaluates and counts. Every expression and statement goes through here, those of loops and macros each time; turns of
 * a loop are steps, empty ones too.
 */
const counted = (evaluate: Evaluate): Evaluate => {
  const looped = new Set<unknown>();
  let [steps, work] = [0, 0];
  return (node, scope) => {
    if (memberOf(node, "type") === "For") {
      const iterable = memberOf(node, "iterable");
      // A filtered loop reads each item of what it filters.
      looped.add(memberOf(iterable, "type") === "SelectExpression" ? memberOf(iterable, "lhs") : iterable);
    }
    const value = evaluate(node, scope);
    const size = sizeOf(value);
    steps += looped.has(node) ? 1 + size : 1;
    work += size;
    if (steps > limits.steps) throw over("steps", limits.steps);
    if (size > limits.value) throw over("characters or items in a value", limits.value);
    if (work > limits.work) throw over("characters and items on the way", limits.work);
    return value;
  };
};

/** What the library says; where it trips over itself instead, what that means. */
const messageOf = (cause: unknown): string => {
  if (cause instanceof TypeError) return "something that breaks off, or a value of another kind";
  if (cause instanceof RangeError) return "expressions or calls in each other without end";
  return cause instanceof Error ? cause.message : String(cause);
};

/**
 * Renders a Jinja template with named plain values, as transformers does: blocks take the line end after them and the
 * spaces before them with them. There is no clock: `strftime_now` is undefined. The library prints true where Python
 * prints True, and drops what a turn of a loop has written before it breaks off. `SyntaxError` for a template that
 * cannot be read, `RangeError` for one that is longer or takes more steps, characters or list items than the limits
 * above, `Error` for what the template itself refuses or cannot do.
 */
export const render = (template: string, values: Readonly<Record<string, unknown>>): string => {
  const program = parsed(template);
  const environment = construct(LibraryEnvironment);
  if (!isEnvironment(environment)) throw broken("set of an Environment");
  const interpreter = construct(LibraryInterpreter, environment);
  if (!isInterpreter(interpreter)) throw broken("run and evaluate of an Interpreter");
  interpreter.evaluate = counted(interpreter.evaluate.bind(interpreter));
  try {
    for (const [name, value] of Object.entries({ ...globals, ...values })) environment.set(name, value);
    const text = contentOf(interpreter.run(program));
    if (typeof text === "string") return text;
  } catch (cause) {
    if (cause instanceof RangeError) {
      if (cause.message.startsWith("chat template: ")) throw cause;
      throw new RangeError(`chat template: expected one that ends, got ${messageOf(cause)}`, { cause });
    }
    throw new Error(`chat template: ${messageOf(cause)}`, { cause });
  }
  throw broken("a text from an Interpreter");
};
