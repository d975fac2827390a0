import { CsvError, parse } from "csv-parse";
import { brief, quoted } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { textChunks } from "./text_chunks.ts";

/** A file may mix them, where several programs have written it. */
const LINE_ENDS = ["\r\n", "\n", "\r"];

type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of a file of comma-separated values (RFC 4180), or of values separated by another character. The first line names the columns, and
 * every value is a text. Fields in quotes may hold separators, line ends and doubled quotes; blank lines do not count.
 * @throws FileError with the line that has too few or too many fields, or a quote that never ends
 */
export async function readCsv(path: string, delimiter = ","): Promise<Row[]> {
  const columns = (names: string[]): string[] => columnsOf(names, path);
  const parser = parse({ delimiter, bom: true, skip_empty_lines: true, record_delimiter: LINE_ENDS, columns });
  const rows: Row[] = [];
  parser.on("data", (row: Row) => rows.push(row));
  const ended = new Promise<void>((resolve, reject) => parser.once("end", resolve).once("error", reject));
  // It may fail before it is awaited below.
  ended.catch(() => parser.destroy());
  for await (const text of textChunks(path)) {
    if (parser.destroyed) break;
    parser.write(text);
  }
  parser.end();
  await ended.catch((error: unknown) => {
    throw error instanceof CsvError ? csvError(path, error) : error;
  });
  return rows;
}

function columnsOf(names: readonly string[], path: string): string[] {
  const trimmed = names.map((name) => name.trim());
  const wrong = trimmed.findIndex((name, i) => name === "" || trimmed.indexOf(name) < i);
  if (wrong < 0) return trimmed;
  const fact = trimmed[wrong] === "" ? `no name for column ${wrong + 1}` : `two columns of the name ${quoted(trimmed[wrong])}`;
  throw new FileError(`${brief(path)} has ${fact} in its first line; give every column a name of its own.`);
}

function csvError(path: string, { code, message, lines }: CsvError): FileError {
  const place = `${brief(path)} line ${String(lines)}`;
  if (code === "CSV_RECORD_INCONSISTENT_COLUMNS") {
    return new FileError(`${place} has another number of fields than the first line; put a field with commas in quotes.`);
  }
  if (code === "CSV_QUOTE_NOT_CLOSED")
    return new FileError(`${place}: a quote is opened and never closed; write a quote inside a field twice.`);
  return new FileError(`${place} cannot be read: ${message.split("\n")[0]!.slice(0, 120)}`);
}
