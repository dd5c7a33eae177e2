/** TensorBoard's event files: records of TFRecord, each an `Event` of tensorboard/compat/proto/event.proto. */
import { bytesField, doubleField, floatField, integerField, message, textField } from "../../files/protobuf.ts";

/** CRC-32C (Castagnoli), reflected. */
const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C of bytes, as an unsigned number. */
export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

/** As TFRecord stores a checksum: turned by 15 bits, plus a constant. */
const masked = (bytes: Uint8Array): Buffer => {
  const crc = crc32c(bytes);
  const stored = Buffer.alloc(4);
  stored.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return stored;
};

/** A record of TFRecord: length, its checksum, content, its checksum. */
export const record = (content: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, masked(length), content, masked(content)]);
};

/** The first event of a file. `time` in milliseconds since 1970, as everywhere here. */
export const fileVersion = (time: number): Uint8Array =>
  record(message(doubleField(1, time / 1000), textField(3, "brain.Event:2")));

/** An event with a summary of several values. */
export const summaryEvent = (time: number, step: number, values: readonly Uint8Array[]): Uint8Array =>
  record(
    message(
      doubleField(1, time / 1000),
      integerField(2, step),
      bytesField(5, message(...values.map((value) => bytesField(1, value)))),
    ),
  );

/** A scalar of a summary, in 32 bits: TensorBoard's own server does not show any of 64. */
export const scalar = (tag: string, value: number): Uint8Array => message(textField(1, tag), floatField(2, value));

/** A summary's value that is nothing but data of the HParams plugin. */
export const hparamsValue = (tag: string, content: Uint8Array): Uint8Array =>
  message(textField(1, tag), bytesField(9, bytesField(1, message(textField(1, "hparams"), bytesField(2, content)))));
