/** Bytes that are read by position: of a file, or in memory. */
import { stat } from "node:fs/promises";
import { openRegular } from "./regular-file.ts";

/** Bytes that do not change while they are read. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. `SyntaxError` when there are not so many. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** Most bytes of one call of the system, which takes less than 2 GiB. */
const largestRead = 2 ** 30;

const cut = (wanted: number, size: number): SyntaxError =>
  new SyntaxError(`the file is cut: expected at least ${wanted} bytes, got ${size}; copy or save it again`);

/** Bytes in memory. */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (target, position) => {
    if (position + target.length > bytes.length) return Promise.reject(cut(position + target.length, bytes.length));
    target.set(bytes.subarray(position, position + target.length));
    return Promise.resolve();
  },
});

/** Whether a file or a folder is at the path. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Runs `read`; a `RangeError`, `SyntaxError` or `TypeError` names the file. */
export const naming = async <T>(path: string, read: () => T | Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    const ours = error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError;
    if (ours && !error.message.startsWith(path)) error.message = `${path}: ${error.message}`;
    throw error;
  }
};

/** Opens a file for the time of `use`. `RangeError` where it is no regular file; errors of a wrong file name it. */
export const withFile = async <T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> => {
  const { file, size } = await openRegular(path);
  const read = async (target: Uint8Array, position: number): Promise<void> => {
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await file.read(target, done, Math.min(largestRead, target.length - done), position + done);
      if (bytesRead === 0) throw cut(position + target.length, position + done);
      done += bytesRead;
    }
  };
  try {
    return await naming(path, () => use({ size, read }));
  } finally {
    await file.close();
  }
};

/** A file as text, of at most `longest` bytes. `RangeError` beyond, `SyntaxError` where it is not UTF-8. */
export const readText = (path: string, longest: number): Promise<string> =>
  withFile(path, async (source) => {
    if (source.size > longest) throw new RangeError(`expected at most ${longest} bytes, got ${source.size}`);
    const bytes = new Uint8Array(source.size);
    await source.read(bytes, 0);
    return decodeText(bytes);
  });

/** UTF-8 as text. `SyntaxError` where it is something else. */
export const decodeText = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError("expected text in UTF-8, got other bytes", { cause });
  }
};
