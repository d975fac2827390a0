import { lstat, readdir, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFolder, readOptionalText } from "./files.ts";
import { isModelFile } from "./model_folder.ts";
import { move, patiently, removeFile, removeTree } from "./patient.ts";
import { writeWhole } from "./write_whole.ts";

/** Everything that a checkpoint may hold beside the files of its model. Other files in its folder are the user's. */
const CHECKPOINT_FILES: readonly string[] = [
  ...["config.json", "optimizer.safetensors", "state.json", "generation_config.json", "recipe.yaml"],
  ...["adapter_config.json", "adapter_model.safetensors"],
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "vocab.json", "merges.txt"],
];

function isCheckpointFile(name: string): boolean {
  return CHECKPOINT_FILES.includes(name) || isModelFile(name);
}

/** The names in a folder that a checkpoint's files have. */
export async function checkpointFilesIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter(isCheckpointFile).sort();
}

const CHECKPOINT_FOLDER = /^(step-\d{6,}|\.step-\d{6,}\.partial-.*)$/;
/** In the run folder: names, one a line, of the pictures that were drawn into its folder of plots. */
const PICTURE_LIST = ".pictures";
/** What runs drew before they kept that list. */
const FIRST_PICTURES = ["overview", "reward", "entropy", "alpha", "gated_fraction"].flatMap((name) => [`${name}.svg`, `${name}.png`]);

/** Removes a run's checkpoints and pictures and leaves whatever else lies in these folders. */
export async function removeCheckpointsAndPictures(checkpoints: string, pictures: string): Promise<void> {
  for (const name of await namesIn(checkpoints)) if (CHECKPOINT_FOLDER.test(name)) await removeCheckpoint(join(checkpoints, name));
  const list = join(dirname(pictures), PICTURE_LIST);
  const drawn = (await readOptionalText(list))?.split("\n").filter((name) => name !== "" && name === basename(name)) ?? FIRST_PICTURES;
  for (const name of drawn) await removeFile(join(pictures, name));
  await removeFile(list);
  for (const folder of [checkpoints, pictures]) await removeEmpty(folder);
}

/** Remembers that these pictures were drawn into a run's folder of plots, so that `--overwrite` removes them and no others. */
export async function rememberPictures(pictures: string, names: readonly string[]): Promise<void> {
  const path = join(dirname(pictures), PICTURE_LIST);
  const known = (await readOptionalText(path))?.split("\n").filter((name) => name !== "") ?? [];
  await writeWhole(path, `${[...new Set([...known, ...names])].sort().join("\n")}\n`);
}

/** Removes a checkpoint, so that it is whole or gone at any moment. A user's files in its folder stay where they are. */
export async function removeCheckpoint(path: string): Promise<void> {
  const names = await namesIn(path);
  const own = names.filter(isCheckpointFile);
  if (own.length < names.length) {
    // state.json goes first, because without it nothing is resumed from here.
    for (const name of own.sort((a, b) => Number(b === "state.json") - Number(a === "state.json"))) await removeFile(join(path, name));
    return;
  }
  const aside = join(dirname(path), `.${basename(path).replace(/^\./, "")}.partial-${process.pid}`);
  await move(path, aside);
  await removeTree(aside);
}

/** Moves a user's files from the folder of an old checkpoint to that of the one which replaces it, whose own files stay as they are. */
export async function keepForeignFiles(from: string, to: string): Promise<void> {
  const isFree = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined)) === undefined;
  for (const name of await namesIn(from)) {
    if (!isCheckpointFile(name) && (await isFree(join(to, name)))) await move(join(from, name), join(to, name));
  }
}

async function removeEmpty(folder: string): Promise<void> {
  if ((await isFolder(folder)) && (await namesIn(folder)).length === 0) await patiently(() => rmdir(folder));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await isFolder(folder)) ? readdir(folder) : [];
}
