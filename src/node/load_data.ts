import { type DataExamples, dataExamples } from "../data_sets/examples.ts";
import {
  type DataOptions,
  type ExampleOptions,
  type LoadDataOptions,
  type LoadExampleOptions,
  parseDataOptions,
  parseExampleOptions,
} from "../data_sets/options.ts";
import { type DataProblems, type DataRows, dataProblems } from "../data_sets/problems.ts";
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

/**
 * Reads examples to learn for `warmStart`: `loadExamples({ data: "train.jsonl", prompt: "{question}=", completion: "answer" })`. Other options
 * are as for `loadData`.
 * @throws ConfigError for an option, a column or a row that cannot be used, FileError for data that cannot be read; each in one line
 */
export function loadExamples(options: LoadExampleOptions): Promise<DataExamples> {
  return readExamples(parseExampleOptions(options));
}

/** The problems that options name. @throws ConfigError, FileError */
export async function readProblems(options: DataOptions): Promise<DataProblems> {
  const { data, evaluation } = await readSplits(options);
  return dataProblems(options, data, evaluation);
}

/** The examples that options name. @throws ConfigError, FileError */
export async function readExamples(options: ExampleOptions): Promise<DataExamples> {
  const { data, evaluation } = await readSplits(options);
  return dataExamples(options, data, evaluation);
}

async function readSplits({ data, split, evalData, evalSplit }: DataOptions) {
  const separate = evalData !== null || evalSplit !== null;
  const evaluation: DataRows | undefined = separate ? await readData(evalData ?? data, evalSplit ?? split) : undefined;
  return { data: await readData(data, split), evaluation };
}
