/** As much of the wire format of protocol buffers as writing needs: fields of a message, in order. */

const varint = (value: bigint): Uint8Array => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
};

const key = (field: number, wireType: number): Uint8Array => varint(BigInt((field << 3) | wireType));

const text = new TextEncoder();

/** Messages are the concatenation of their fields. */
export const message = (...fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

/** A field of type int32, int64, bool or enum; negative numbers as in int64. */
export const integerField = (field: number, value: number | boolean): Uint8Array =>
  Buffer.concat([key(field, 0), varint(BigInt(value))]);

/** A repeated field of type int32 or int64, packed; nothing where there are no values. */
export const integersField = (field: number, values: readonly number[]): Uint8Array =>
  values.length === 0 ? message() : bytesField(field, message(...values.map((value) => varint(BigInt(value)))));

/** A field of type double. */
export const doubleField = (field: number, value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), bytes]);
};

/** A field of type float: the nearest number of 32 bits. */
export const floatField = (field: number, value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
};

/** A field of type bytes or of a message. */
export const bytesField = (field: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([key(field, 2), varint(BigInt(value.length)), value]);

/** A field of type string. */
export const textField = (field: number, value: string): Uint8Array => bytesField(field, text.encode(value));
