/** Tests of hyperparameters; test/fixtures/tensorboard_check.py reads them with TensorBoard itself. */
import { expect, test } from "vitest";
import { experimentValue, hparamOf, sessionEnd, sessionStart } from "../../../src/results/exporters/hparams.ts";
import { fieldsOf, type Fields } from "../../fixtures/event-records.ts";

const inner = (fields: Fields, ...path: readonly number[]): Fields =>
  path.reduce((value, number) => fieldsOf(value.get(number)![0] as Buffer), fields);
const pluginData = (value: Uint8Array): { tag: string; plugin: string; data: Fields } => {
  const fields = fieldsOf(Buffer.from(value));
  const plugin = inner(fields, 9, 1);
  return { tag: String(fields.get(1)![0]), plugin: String(plugin.get(1)![0]), data: inner(plugin, 2) };
};

test("a session begins with its hyperparameters, each in its kind, and ends with its status", () => {
  const hparams = new Map<string, number | boolean | string>([
    ["/alpha", 0.5],
    ["/flag", false],
    ["/type", "gkd"],
  ]);
  const { tag, plugin, data } = pluginData(sessionStart(hparams, "group", 3000));
  expect({ tag, plugin }).toEqual({ tag: "_hparams_/session_start_info", plugin: "hparams" });
  const start = inner(data, 3);
  const [alpha, flag, type] = start.get(1)!.map((entry) => inner(fieldsOf(entry as Buffer), 2));
  expect((alpha!.get(2)![0] as Buffer).readDoubleLE()).toBe(0.5);
  expect(flag!.get(4)).toEqual([0]);
  expect(String(type!.get(3)![0])).toBe("gkd");
  expect(String(start.get(4)![0])).toBe("group");
  const end = pluginData(sessionEnd("failed", 4000));
  expect(end.tag).toBe("_hparams_/session_end_info");
  expect(inner(end.data, 4).get(1)).toEqual([2]);
});

test("an experiment names columns with their kind and their values, and metrics", () => {
  const columns = new Map([
    ["/alpha", new Set([0.1, 0.5])],
    ["/mixed", new Set([1, "x"])],
  ]);
  const experiment = inner(pluginData(experimentValue(columns, ["loss"], 1000)).data, 2);
  const [alpha, mixed] = experiment.get(4)!.map((info) => fieldsOf(info as Buffer));
  expect([String(alpha!.get(1)![0]), alpha!.get(4), inner(alpha!, 5).get(1)!.length]).toEqual(["/alpha", [3], 2]);
  expect([String(mixed!.get(1)![0]), mixed!.has(4), mixed!.has(5)]).toEqual(["/mixed", false, false]);
  expect(String(inner(experiment, 5, 1).get(2)![0])).toBe("loss");
});

test("lists are their JSON, and nothing is nothing", () => {
  expect([hparamOf([1, "a"]), hparamOf(null), hparamOf(true), hparamOf(2)]).toEqual(['[1,"a"]', undefined, true, 2]);
});
