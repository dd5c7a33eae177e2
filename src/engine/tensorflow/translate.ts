/** A recorded graph as functions of TensorFlow: one of the program, and two of each loop in it. */
import type { GraphBuilder, Constant, Node, Scope } from "../recording/graph.ts";
import { isScope, liveNodes, readBy } from "../recording/graph.ts";
import { FunctionBuilder, type Value } from "./function-builder.ts";
import type { Attributes, ElementType, FunctionDef } from "./graph-def.ts";
import { elementwise } from "./operators/elementwise.ts";
import { indexing } from "./operators/indexing.ts";
import { matrices } from "./operators/matrix.ts";
import { cast, one, typed, type Context, type Translations } from "./operators/operator.ts";
import { reductions } from "./operators/reduction.ts";
import { shapes } from "./operators/shape.ts";

/** How a graph is translated. */
export interface TranslationOptions {
  /** XLA compiles the program, its loops included. */
  readonly xla: boolean;
  /** Products are computed in bfloat16: operands are rounded to it, and their product is widened again. */
  readonly bfloat16: boolean;
}

/** The name of the program's function. */
export const programFunction = "program";

const translations: Translations = { ...elementwise, ...reductions, ...matrices, ...shapes, ...indexing };

/** How many bodies a node has inputs for before those that it carries: a loop's limit and whether it begins. */
const loopInputs = 2;

/** Names that the body of a loop reads of what is around it, constants left out. */
const capturedBy = (body: Scope, constants: ReadonlyMap<string, Constant>): string[] => {
  const nodes = liveNodes(body);
  const own = new Set([...body.inputs.map(({ name }) => name), ...nodes.flatMap(({ outputs }) => outputs)]);
  const read = [...nodes.flatMap(readBy), ...body.outputs.map(({ name }) => name)];
  const inner = new Set(nodes.flatMap(({ attributes }) => Object.values(attributes).filter(isScope)).flatMap(madeIn));
  return [...new Set(read)].filter((name) => !own.has(name) && !inner.has(name) && !constants.has(name));
};

/** Every name that a body and the bodies in it give. */
const madeIn = (body: Scope): string[] => [
  ...body.inputs.map(({ name }) => name),
  ...body.nodes.flatMap(({ outputs, attributes }) => [
    ...outputs,
    ...Object.values(attributes).filter(isScope).flatMap(madeIn),
  ]),
];

/** What one loop becomes: values that go round, and how a round makes the next ones. */
interface Round {
  readonly trips: number;
  /** At the beginning, after the number of the round and whether it goes on. */
  readonly initial: readonly Value[];
  /** Appended to the body's function; the next values in the same order, and whether it goes on. */
  readonly step: (
    builder: FunctionBuilder,
    index: Value,
    going: Value,
    values: readonly Value[],
  ) => readonly [Value, ...Value[]];
}

/** Translates one recorded graph. */
export class Translator {
  readonly functions: FunctionDef[] = [];
  readonly #constants: ReadonlyMap<string, Constant>;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #options: TranslationOptions;

  constructor(graph: GraphBuilder, options: TranslationOptions) {
    this.#constants = new Map(graph.finished().constants);
    this.#shapes = graph.shapes;
    this.#options = options;
  }

  /** The function of the main graph. */
  program(main: Scope): FunctionDef {
    const builder = new FunctionBuilder(programFunction);
    const values = new Map(main.inputs.map(({ name, type }) => [name, builder.argument(type)]));
    const value = this.#nodes(main, builder, values);
    const results = main.outputs.map(({ name }) => value(name));
    const attributes: Attributes = this.#options.xla
      ? { _XlaMustCompile: { boolean: true }, _noinline: { boolean: true } }
      : {};
    const made = builder.finished(results, attributes);
    this.functions.push(made);
    return made;
  }

  /** Appends the nodes of a scope, and gives a way to look up values by their recorded names. */
  #nodes(scope: Scope, builder: FunctionBuilder, values: Map<string, Value>): (name: string) => Value {
    const nodes = liveNodes(scope);
    const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    const value = (name: string): Value => {
      const known = values.get(name);
      if (known !== undefined) return known;
      const constant = this.#constants.get(name);
      if (constant === undefined) throw new Error(`expected the value ${name} before it is read`);
      return builder.constant(name, constant);
    };
    const context: Context = {
      builder,
      isBrief: this.#options.bfloat16,
      value,
      constant: (name) => this.#constants.get(name),
      maker: (name) => makers.get(name),
      shape: (name) => this.#shapes.get(name) ?? this.#constants.get(name)?.shape,
    };
    for (const node of nodes) {
      const results = this.#node(node, context);
      for (const [i, name] of node.outputs.entries()) values.set(name, results[i]!);
    }
    return value;
  }

  #node(node: Node, context: Context): readonly Value[] {
    if (node.operator === "Loop") return this.#loop(node, context);
    if (node.operator === "Scan") return this.#scan(node, context);
    const translation = translations[node.operator];
    if (translation === undefined)
      throw new Error(`expected an operator with a translation to TensorFlow, got ${node.operator}`);
    return translation(node, context);
  }

  /** ONNX's Loop: values that are carried, and rows that are stacked. */
  #loop(node: Node, context: Context): readonly Value[] {
    const body = node.attributes["body"] as Scope;
    const [limit] = this.#constants.get(node.inputs[0]!)!.data;
    const trips = Number(limit);
    const carried = node.inputs.slice(loopInputs);
    const rows = body.outputs.slice(1 + carried.length);
    const captured = capturedBy(body, this.#constants);
    const results = this.#while(context, {
      trips,
      initial: [
        ...carried.map((name) => context.value(name)),
        ...rows.map(({ type, shape }) => zeros(context, type, [trips, ...shape])),
        ...captured.map((name) => context.value(name)),
      ],
      step: (builder, index, going, values) => {
        const known = new Map<string, Value>();
        const inner = { ...context, builder };
        known.set(body.inputs[0]!.name, cast(inner, index, body.inputs[0]!.type));
        known.set(body.inputs[1]!.name, going);
        for (const [i, { name }] of body.inputs.slice(2).entries()) known.set(name, values[i]!);
        const others = values.slice(carried.length + rows.length);
        for (const [i, name] of captured.entries()) known.set(name, others[i]!);
        const value = this.#nodes(body, builder, known);
        const [proceed, ...made] = body.outputs.map(({ name }) => value(name));
        const stacked = made
          .slice(carried.length)
          .map((row, i) => withRow(inner, values[carried.length + i]!, index, row, rows[i]!.shape));
        return [proceed!, ...made.slice(0, carried.length), ...stacked, ...others];
      },
    });
    return [
      ...results.slice(0, carried.length),
      ...results.slice(carried.length, carried.length + rows.length).map((value) => ({ ...value, isPadded: true })),
    ];
  }

  /** ONNX's Scan without a state: a body that makes a row of each slice. */
  #scan(node: Node, context: Context): readonly Value[] {
    const body = node.attributes["body"] as Scope;
    const [count] = this.#shapes.get(node.inputs[0]!) ?? [];
    if (count === undefined) throw new Error("Scan: expected slices of a tensor whose shape is known");
    const captured = capturedBy(body, this.#constants);
    const results = this.#while(context, {
      trips: count,
      initial: [
        ...body.outputs.map(({ type, shape }) => zeros(context, type, [count, ...shape])),
        ...node.inputs.map((name) => context.value(name)),
        ...captured.map((name) => context.value(name)),
      ],
      step: (builder, index, going, values) => {
        const inner = { ...context, builder };
        const sources = values.slice(body.outputs.length);
        const known = new Map<string, Value>();
        for (const [i, { name }] of body.inputs.entries()) known.set(name, rowOf(inner, sources[i]!, index));
        for (const [i, name] of captured.entries()) known.set(name, sources[body.inputs.length + i]!);
        const value = this.#nodes(body, builder, known);
        const stacked = body.outputs.map(({ name, shape }, i) => withRow(inner, values[i]!, index, value(name), shape));
        return [going, ...stacked, ...sources];
      },
    });
    return results.slice(0, body.outputs.length);
  }

  /** Appends a While, and gives the last values of what went round. */
  #while(context: Context, { trips, initial, step }: Round): readonly Value[] {
    const { builder } = context;
    const types: ElementType[] = ["int32", "bool", ...initial.map(({ type }) => type)];
    const name = `${builder.name}_${this.functions.length}`;

    const condition = new FunctionBuilder(`${name}_condition`);
    const [at, goes] = types.map((type) => condition.argument(type));
    const inCondition = { ...context, builder: condition };
    const isLeft = one(inCondition, "Less", [at!, condition.whole(trips)], ["z", "bool"], typed("int32"));
    this.functions.push(condition.finished([one(inCondition, "LogicalAnd", [isLeft, goes!], ["z", "bool"])]));

    const body = new FunctionBuilder(`${name}_body`);
    const [index, going, ...values] = types.map((type) => body.argument(type));
    const [proceed, ...next] = step(body, index!, going!, values);
    const inBody = { ...context, builder: body };
    const following = one(inBody, "AddV2", [index!, body.whole(1)], ["z", "int32"], typed("int32"));
    this.functions.push(body.finished([following, proceed, ...next]));

    const always = builder.constant("bool true", { data: Uint8Array.of(1), shape: [], type: "bool" });
    const [, , ...results] = builder.node(
      "StatelessWhile",
      [builder.whole(0), always, ...initial],
      {
        T: { types },
        cond: { function: condition.name },
        body: { function: body.name },
        parallel_iterations: { integer: 1 },
        ...(this.#options.xla ? {} : { _lower_using_switch_merge: { boolean: true } }),
      },
      types.map((type) => ["output", type]),
    );
    return results;
  }
}

const zeros = ({ builder }: Context, type: ElementType, shape: readonly number[]): Value => {
  const data = type === "float32" ? Float32Array.of(0) : type === "int32" ? Int32Array.of(0) : Uint8Array.of(0);
  const zero = builder.constant(`zero ${type}`, { data, shape: [], type: type as Constant["type"] });
  const [filled] = builder.node("Fill", [builder.whole(shape), zero], typed(type), [["output", type]]);
  return filled!;
};

/** [count, ...] with another row at `index`. */
const withRow = (context: Context, rows: Value, index: Value, row: Value, shape: readonly number[]): Value => {
  const { builder } = context;
  const place = one(context, "Reshape", [index, builder.whole([1, 1])], ["output", "int32"], typed("int32"));
  const update = one(context, "Reshape", [row, builder.whole([1, ...shape])], ["output", row.type], typed(row.type));
  const attributes: Attributes = { ...typed(rows.type), Tindices: { type: "int32" } };
  return one(context, "TensorScatterUpdate", [rows, place, update], ["output", rows.type], attributes);
};

const rowOf = (context: Context, tensor: Value, index: Value): Value =>
  one(context, "GatherV2", [tensor, index, context.builder.whole(0)], ["output", tensor.type], {
    Tparams: { type: tensor.type },
    Tindices: { type: "int32" },
    Taxis: { type: "int32" },
  });
