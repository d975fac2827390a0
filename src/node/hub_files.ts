import { posix } from "node:path";
import { FileError } from "../io/files.ts";
import { isUntyped } from "../io/rows.ts";
import { listed } from "../options/quote.ts";

/** A file of a repository on the hub. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** The name of its content: the SHA-256 of a large file, else Git's own SHA-1. */
  readonly hash: string;
  readonly algorithm: "sha256" | "git";
}

/** What a model folder may hold beside its weights; nothing else of a repository is downloaded. */
const MODEL_FILES: readonly string[] = [
  ...["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"],
  ...["vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json", "adapter_config.json", "adapter_model.safetensors"],
];
export const WHOLE = "model.safetensors";
export const SHARD_INDEX = "model.safetensors.index.json";

/** The files of a model's repository that it needs, but for the shards that its index names. @throws FileError where it has no weights to read */
export function modelFiles(files: readonly HubFile[], name: string): readonly HubFile[] {
  const has = (path: string): boolean => files.some((file) => file.path === path);
  const weights = has(WHOLE) ? WHOLE : SHARD_INDEX;
  if (!has(weights) && !has("adapter_model.safetensors")) {
    const others = files.map(({ path }) => path).filter((path) => /\.(bin|gguf|h5|msgpack|onnx|pth?|ckpt)$/.test(path));
    const found = others.length > 0 ? `its weights are in ${listed(others)}` : "it holds no weights";
    throw new FileError(`${name} on the hub has no ${WHOLE}: ${found}; take a repository with safetensors files.`);
  }
  return files.filter(({ path }) => MODEL_FILES.includes(path) || path === weights);
}

const DATA_FILE = /\.(parquet|jsonl|ndjson|csv|tsv)$/;
/** The ending of a data file, in a repository or in a folder here. */
const ENDING = /\.(parquet|jsonl|ndjson|json|csv|tsv)$/i;

/** Which files of a data set are wanted. */
export interface DataChoice {
  /** The part of the data set, by the name of its files or folders or a word of it, such as `train`. */
  readonly split: string | undefined;
  /** The path of a file in the repository, or of a folder with the wanted files. */
  readonly path: string | undefined;
}

/** The files of a data set's repository that hold its rows, in the order of their names. @throws FileError where none or too many fit */
export function dataFiles(files: readonly HubFile[], name: string, { split, path: within }: DataChoice): readonly HubFile[] {
  const data = files.filter(({ path }) => DATA_FILE.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = data.filter(({ path }) => within === undefined || path === within || path.startsWith(`${within}/`));
  // A file that is named itself need not be named for its split.
  const isOne = named.length === 1 && named[0]!.path === within;
  const ofSplit = (some: readonly HubFile[]) => (split === undefined || isOne ? some : filesOfSplit(some, `${name} on the hub`, split));
  const fitting = typedFirst(named, ofSplit);
  const wanted = [within === undefined ? "" : ` at ${within}`, split === undefined ? "" : ` of the split ${split}`].join("");
  if (fitting.length === 0) {
    const found = data.length === 0 ? "none at all" : listed(data.map(({ path }) => path));
    throw new FileError(`${name} on the hub has no Parquet, JSONL or CSV file${wanted}; it has ${found}.`);
  }
  const folders = [...new Set(fitting.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf("/"), 0))))];
  if (folders.length === 1) return fitting;
  const choices = folders.map((folder) => `${name}/${folder}`);
  throw new FileError(`${name} on the hub has data${wanted} in several folders; name one: ${listed(choices)}.`);
}

/** What is chosen among the files whose values have types, else among the others: the same rows may be there in both. */
export function typedFirst<File extends Pick<HubFile, "path">>(
  files: readonly File[],
  choose: (some: readonly File[]) => readonly File[],
): readonly File[] {
  const typed = choose(files.filter(({ path }) => !isUntyped(path)));
  return typed.length > 0 ? typed : choose(files.filter(({ path }) => isUntyped(path)));
}

/**
 * The files whose folder, or whose own name without its number, is that of a split: `data/train_sft-00000-of-00002.parquet` is of the split
 * `train_sft`. Where there are none, those that have the split as a word of a name. `place` is what messages call the files.
 * @throws FileError where the word is one of several splits
 */
export function filesOfSplit<File extends Pick<HubFile, "path">>(files: readonly File[], place: string, split: string): readonly File[] {
  const own = files.filter(({ path }) => [...namesOf(path), posix.basename(path).replace(ENDING, "")].includes(split));
  if (own.length > 0) return own;
  const wordy = files.filter(({ path }) => nameWith(split, path) !== undefined);
  const splits = new Map(wordy.map(({ path }) => nameWith(split, path)!).map((found) => [found.replace(NUMBER_WORDS, ""), found]));
  if (splits.size <= 1) return wordy;
  throw new FileError(`${place} has several splits with the word ${split}; name one: ${listed([...splits.values()])}.`);
}

const NUMBER_WORDS = /(?<=^|[._-])\d+(?=$|[._-])/g;

/** The names of a path's folders, and that of its file without the number that tells the files of one split apart. */
function namesOf(path: string): string[] {
  const [file = "", ...folders] = path.replace(ENDING, "").split("/").reverse();
  const unnumbered = file.replace(/[._-]\d{5}-of-\d{5}.*$/, "").replace(/([._-]\d+)+$/, "");
  return [...folders.reverse(), unnumbered];
}

/** The last name of a path that has a word in it. */
function nameWith(word: string, path: string): string | undefined {
  return namesOf(path).findLast((name) => name.split(/[._-]/).includes(word));
}

/** Whether a path of a repository stays inside the folder that it is put in, on any system. */
export function staysInside(path: string): boolean {
  return path.split("/").every((part) => /^[^\\:\0]+$/.test(part) && part !== "." && part !== "..");
}
