import { brief, quoted } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { readUtf8 } from "./files.ts";
import { parseExactJsonObject } from "./json.ts";
import { textChunks } from "./text_chunks.ts";

type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of a file that holds one JSON object a line. Line ends may be LF or CRLF, a byte order mark may come first, and blank lines do
 * not count. @throws FileError with the number of the line that is no JSON object
 */
export async function readJsonLines(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let number = 0;
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      number += 1;
      if (line.trim() !== "") rows.push(parseExactJsonObject(line, `${brief(path)} line ${number}`));
    }
  }
  return rows;
}

/** The rows of a JSON file that is a list of objects. A file of one object a line is read as such, because both are called .json. */
export async function readJsonRows(path: string): Promise<Row[]> {
  const text = await readUtf8(path);
  if (!text.trimStart().startsWith("[")) return readJsonLines(path);
  const { rows, ...others } = parseExactJsonObject(`{"rows":${text}}`, path);
  if (Object.keys(others).length > 0) throw new FileError(`${brief(path)} goes on behind its list; a list of objects alone is expected.`);
  return (rows as unknown[]).map((row, index) => {
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Row;
    throw new FileError(`${brief(path)} holds ${quoted(row)} as row ${index + 1}; a JSON object is expected.`);
  });
}

/** The lines of a file, some at a time. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of textChunks(path)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield lines;
  }
  yield [rest];
}
