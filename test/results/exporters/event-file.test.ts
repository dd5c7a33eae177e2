/** Tests of records and of their checksums. */
import { expect, test } from "vitest";
import { crc32c, fileVersion, record, scalar, summaryEvent } from "../../../src/results/exporters/event-file.ts";
import { fieldsOf, recordsOf } from "../../fixtures/event-records.ts";

test("CRC-32C is that of RFC 3720, B.4", () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("the first record is what TensorFlow begins a file with", () => {
  // Bytes of tensorboard.summary.writer.record_writer.RecordWriter for the same event, TensorBoard 2.21.0.
  expect(Buffer.from(record(Buffer.from("abc"))).toString("hex")).toBe("0300000000000000b099490e6162636e57f121");
  const [event] = recordsOf(Buffer.from(fileVersion(1500)));
  expect((fieldsOf(event!).get(1)![0] as Buffer).readDoubleLE()).toBe(1.5);
  expect(String(fieldsOf(event!).get(3)![0])).toBe("brain.Event:2");
});

test("an event has its step, its time and each scalar", () => {
  const [event] = recordsOf(Buffer.from(summaryEvent(2000, 7, [scalar("a", 1.5), scalar("b", Number.NaN)])));
  const fields = fieldsOf(event!);
  expect(fields.get(2)).toEqual([7]);
  const values = fieldsOf(fields.get(5)![0] as Buffer)
    .get(1)!
    .map((value) => fieldsOf(value as Buffer));
  expect(values.map((value) => [String(value.get(1)![0]), (value.get(2)![0] as Buffer).readFloatLE()])).toEqual([
    ["a", 1.5],
    ["b", Number.NaN],
  ]);
});
