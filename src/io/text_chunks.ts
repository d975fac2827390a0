import { createReadStream } from "node:fs";
import { brief } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { readError } from "./files.ts";

/**
 * The text of a file, some at a time, so that a file may be larger than the longest string. A byte order mark is left out.
 * @throws FileError for a file that is not there, or not UTF-8 text
 */
export async function* textChunks(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let lines = 0;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new FileError(`${brief(path)} is not UTF-8 text after line ${lines}; save it as UTF-8.`);
    }
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      const text = decode(chunk as Uint8Array);
      lines += text.split("\n").length - 1;
      yield text;
    }
  } catch (error) {
    throw error instanceof FileError ? error : readError(path, error);
  }
  yield decode();
}
