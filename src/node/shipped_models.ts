import { existsSync, readdirSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { FileError } from "../io/files.ts";
import { nearestWord } from "../options/problems.ts";
import { brief } from "../options/quote.ts";

const FOLDER = fileURLToPath(new URL("../../models/checkpoints", import.meta.url));

/** The folder of a checkpoint that comes with the package, by its name ("countdown-base") or by its path in the package. */
export function shippedModel(given: string): string | undefined {
  const name = nameIn(given);
  const folder = name && join(FOLDER, name);
  return folder && existsSync(join(folder, "config.json")) ? folder : undefined;
}

/** Names the shipped model that is meant where a name is that of no model. @throws FileError */
export function refuseMistyped(given: string): void {
  const name = existsSync(given) || given.startsWith(".") ? undefined : nameIn(given);
  const near = name && nearestWord(name, existsSync(FOLDER) ? readdirSync(FOLDER) : []);
  if (!near) return;
  const other = "Other models are a folder with config.json and model.safetensors, or one of the hub as owner/name.";
  throw new FileError(`there is no model "${brief(given)}"; did you mean ${near}? ${other}`);
}

/** The name that is a shipped model's, where there is one: given alone, or with its path in the package. */
function nameIn(given: string): string | undefined {
  const path = normalize(given).replaceAll("\\", "/").replace(/\/$/, "");
  const name = basename(path);
  return path === name || path === `models/checkpoints/${name}` ? name : undefined;
}
