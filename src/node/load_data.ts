import { type DataOptions, type LoadDataOptions, parseDataOptions } from "../data_sets/options.ts";
import { type DataProblems, dataProblems } from "../data_sets/problems.ts";
import { readData } from "./data_files.ts";

/**
 * Reads problems from a file, a folder or a data set of the hub: `loadData({ data: "train.jsonl", prompt: "question", answer: "answer" })`.
 * Options are those of a configuration's section `task` but for `rewards`, `stop` and `templateVariables`; relative paths are looked for in
 * the working folder. Every column of a row is a column of its problem, which rewards see.
 * @throws ConfigError for an option, a column or a row that cannot be used, FileError for data that cannot be read; each in one line
 */
export function loadData(options: LoadDataOptions): Promise<DataProblems> {
  return readProblems(parseDataOptions(options));
}

/** The problems that options name. @throws ConfigError, FileError */
export async function readProblems(options: DataOptions): Promise<DataProblems> {
  const { data, split, evalData, evalSplit } = options;
  const separate = evalData !== null || evalSplit !== null;
  const evaluation = separate ? await readData(evalData ?? data, evalSplit ?? split) : undefined;
  return dataProblems(options, await readData(data, split), evaluation);
}
