/** Tests of writing protocol buffers: the examples of the format's own documentation, and what a reader gets back. */
import { expect, test } from "vitest";
import { bytesField, doubleField, floatField, integerField, message, textField } from "../../src/files/protobuf.ts";
import { fieldsOf } from "../fixtures/event-records.ts";

test("fields are as protobuf.dev/programming-guides/encoding has them", () => {
  expect([...integerField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...textField(2, "testing")]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect([...bytesField(3, integerField(1, 150))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  expect(integerField(1, -2)).toHaveLength(11);
});

test("what was written is read again", () => {
  const long = "ü".repeat(1000);
  const fields = fieldsOf(
    Buffer.from(
      message(
        integerField(1, -2),
        integerField(2, true),
        doubleField(3, 0.1),
        floatField(4, 0.1),
        textField(500, long),
        integerField(1, 2 ** 40),
      ),
    ),
  );
  expect(fields.get(1)).toEqual([-2, 2 ** 40]);
  expect(fields.get(2)).toEqual([1]);
  expect((fields.get(3)![0] as Buffer).readDoubleLE()).toBe(0.1);
  expect((fields.get(4)![0] as Buffer).readFloatLE()).toBe(Math.fround(0.1));
  expect(String(fields.get(500)![0])).toBe(long);
});
