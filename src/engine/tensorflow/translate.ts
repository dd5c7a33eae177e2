/** A recorded graph as functions of TensorFlow: one of the program, and two of each loop in it. */
import type { GraphBuilder, Constant, Node, Scope } from "../recording/graph.ts";
import { isScope, liveNodes, readBy } from "../recording/graph.ts";
import { FunctionBuilder, type Value } from "./function-builder.ts";
import type { Attributes, ElementType, FunctionDef } from "./graph-def.ts";
import { elementwise } from "./operators/elementwise.ts";
import { indexing } from "./operators/indexing.ts";
import { matrices } from "./operators/matrix.ts";
import { cast, one, typed, type Context, type TranslationOptions, type Translations } from "./operators/operator.ts";
import { reductions } from "./operators/reduction.ts";
import { shapes } from "./operators/shape.ts";

/** The name of the program's function. */
export const programFunction = "program";

const translations: Translations = { ...elementwise, ...reductions, ...matrices, ...shapes, ...indexing };

/** Inputs of ONNX's Loop before the loop variables: the most iterations, and the first condition. */
const loopInputs = 2;

/** Every name that a body and the bodies in it define. */
const definedIn = (body: Scope): string[] => [
  ...body.inputs.map(({ name }) => name),
  ...body.nodes.flatMap(({ outputs, attributes }) => [
    ...outputs,
    ...Object.values(attributes).filter(isScope).flatMap(definedIn),
  ]),
];

/** Names that the body of a loop reads from outside, constants left out. */
const capturedBy = (body: Scope, constants: ReadonlyMap<string, Constant>): string[] => {
  const defined = new Set(definedIn(body));
  const read = [...liveNodes(body).flatMap(readBy), ...body.outputs.map(({ name }) => name)];
  return [...new Set(read)].filter((name) => !defined.has(name) && !constants.has(name));
};

/** A while loop of at most `trips` iterations. Its variables: the iteration, the condition, and those of `initial`. */
interface WhileLoop {
  readonly trips: number;
  /** The loop variables before the first iteration. */
  readonly initial: readonly Value[];
  /** Builds the body: from the loop variables of an iteration, the condition and the variables of the next one. */
  readonly body: (
    builder: FunctionBuilder,
    iteration: Value,
    condition: Value,
    variables: readonly Value[],
  ) => readonly [condition: Value, ...variables: Value[]];
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
    const value = (name: string): Value => {
      const known = values.get(name);
      if (known !== undefined) return known;
      const constant = this.#constants.get(name);
      if (constant === undefined) throw new Error(`expected the value ${name} before it is read`);
      return builder.constant(name, constant);
    };
    const context: Context = {
      ...this.#options,
      builder,
      value,
      constant: (name) => this.#constants.get(name),
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
      throw new Error(
        `the engine tensorflow has no translation of the operator ${node.operator}; add it under ` +
          "src/engine/tensorflow/operators, or choose another engine",
      );
    return translation(node, context);
  }

  /** ONNX's Loop: loop variables, and rows that the iterations stack. */
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
      body: (builder, iteration, condition, variables) => {
        const known = new Map<string, Value>();
        const inner = { ...context, builder };
        known.set(body.inputs[0]!.name, cast(inner, iteration, body.inputs[0]!.type));
        known.set(body.inputs[1]!.name, condition);
        for (const [i, { name }] of body.inputs.slice(2).entries()) known.set(name, variables[i]!);
        const others = variables.slice(carried.length + rows.length);
        for (const [i, name] of captured.entries()) known.set(name, others[i]!);
        const value = this.#nodes(body, builder, known);
        const [proceed, ...made] = body.outputs.map(({ name }) => value(name));
        const stacked = made
          .slice(carried.length)
          .map((row, i) => withRow(inner, variables[carried.length + i]!, iteration, row, rows[i]!.shape));
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
      body: (builder, iteration, condition, variables) => {
        const inner = { ...context, builder };
        const sources = variables.slice(body.outputs.length);
        const known = new Map<string, Value>();
        for (const [i, { name }] of body.inputs.entries()) known.set(name, rowOf(inner, sources[i]!, iteration));
        for (const [i, name] of captured.entries()) known.set(name, sources[body.inputs.length + i]!);
        const value = this.#nodes(body, builder, known);
        const stacked = body.outputs.map(({ name, shape }, i) =>
          withRow(inner, variables[i]!, iteration, value(name), shape),
        );
        return [condition, ...stacked, ...sources];
      },
    });
    return results.slice(0, body.outputs.length);
  }

  /** Appends a while loop, and gives its variables after the last iteration. */
  #while(context: Context, { trips, initial, body: buildBody }: WhileLoop): readonly Value[] {
    const { builder } = context;
    const types: ElementType[] = ["int32", "bool", ...initial.map(({ type }) => type)];
    const name = `${builder.name}_${this.functions.length}`;

    const test = new FunctionBuilder(`${name}_condition`);
    const [reached, proceeds] = types.map((type) => test.argument(type));
    const inTest = { ...context, builder: test };
    const isBelow = one(inTest, "Less", [reached!, test.whole(trips)], ["z", "bool"], typed("int32"));
    this.functions.push(test.finished([one(inTest, "LogicalAnd", [isBelow, proceeds!], ["z", "bool"])]));

    const body = new FunctionBuilder(`${name}_body`);
    const [iteration, condition, ...variables] = types.map((type) => body.argument(type));
    const next = buildBody(body, iteration!, condition!, variables);
    const inBody = { ...context, builder: body };
    const nextIteration = one(inBody, "AddV2", [iteration!, body.whole(1)], ["z", "int32"], typed("int32"));
    this.functions.push(body.finished([nextIteration, ...next]));

    const always = builder.constant("bool true", { data: Uint8Array.of(1), shape: [], type: "bool" });
    const [, , ...results] = builder.node(
      "StatelessWhile",
      [builder.whole(0), always, ...initial],
      {
        T: { types },
        cond: { function: test.name },
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

/** [count, ...] -> [count, ...], with another row at `index`. */
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
