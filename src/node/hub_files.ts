import { FileError } from "../io/files.ts";
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
const WHOLE = "model.safetensors";
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

const DATA_FILE = /\.(parquet|jsonl|ndjson)$/;

/** Which files of a data set are wanted. */
export interface DataChoice {
  /** The part of the data set, by the word that its files or folders are named with, such as `train`. */
  readonly split?: string | undefined;
  /** The path of a file in the repository, or of a folder with the wanted files. */
  readonly file?: string | undefined;
}

/** The files of a data set's repository that hold its rows, in the order of their names. @throws FileError where none or too many fit */
export function dataFiles(files: readonly HubFile[], name: string, { split, file }: DataChoice): readonly HubFile[] {
  const data = files.filter(({ path }) => DATA_FILE.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = file === undefined ? data : data.filter(({ path }) => path === file || path.startsWith(`${file.replace(/\/+$/, "")}/`));
  const fitting =
    split === undefined || named.some(({ path }) => path === file) ? named : named.filter(({ path }) => wordsOf(path).includes(split));
  const wanted = [...(file === undefined ? [] : [`at ${file}`]), ...(split === undefined ? [] : [`of the split ${split}`])].join(" ");
  if (fitting.length === 0) {
    const found = data.length === 0 ? "no Parquet or JSONL file at all" : `of such files ${listed(data.map(({ path }) => path))}`;
    throw new FileError(`${name} on the hub has no Parquet or JSONL file ${wanted}`.trimEnd().concat(`; it has ${found}.`));
  }
  const folders = [...new Set(fitting.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)))];
  if (folders.length > 1) {
    throw new FileError(
      `${name} on the hub has files ${wanted || "of data"} in the folders ${listed(folders)}; name one of them as its file.`,
    );
  }
  return fitting;
}

/** The words of a path: `data/train-00000-of-00002.parquet` is of the split `train`. */
function wordsOf(path: string): string[] {
  return path.split(/[/._-]/);
}

/** Whether a path of a repository stays inside the folder that it is put in, on any system. */
export function staysInside(path: string): boolean {
  return path.split("/").every((part) => /^[^\\:\0]+$/.test(part) && part !== "." && part !== "..");
}
