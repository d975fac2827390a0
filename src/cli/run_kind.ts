import { isMapping } from "../options/problems.ts";
import { brief } from "../options/quote.ts";
import { readYaml } from "../options/yaml.ts";
import { UsageError } from "./errors.ts";
import { PROGRAM } from "./options.ts";

/** Which command a configuration is for. A study describes its runs in a form of its own. */
type RunKind = "train" | "sft" | "study";

/** The command that a configuration's keys tell; undefined where they tell none, or several. */
function kindOf(value: unknown): RunKind | undefined {
  if (!isMapping(value)) return undefined;
  if ("cell" in value) return "study";
  const isTrain = ["grpo", "entropy"].some((key) => key in value);
  if ("sft" in value) return isTrain ? undefined : "sft";
  return isTrain || "lora" in value ? "train" : undefined;
}

/** Refuses the configuration of another command, whose keys would be unknown one by one. @throws UsageError */
export function requireKind(value: unknown, path: string, wanted: "train" | "sft"): void {
  const kind = kindOf(value);
  if (kind === undefined || kind === wanted) return;
  const shown = brief(path);
  if (kind === "study") throw new UsageError(`${shown} describes a run of a study, which ${wanted} cannot read; ${STUDY_REMEDY}`);
  throw new UsageError(`${shown} is a configuration of ${kind}; run it with: ${PROGRAM} ${kind} ${shown}`);
}

const STUDY_REMEDY = `a study goes on with the command that began it: ${PROGRAM} experiment NAME`;

/** The command that `resume` goes on with. @throws UsageError for a run of a study */
export function resumableKind(value: unknown, dir: string): "train" | "sft" {
  const kind = kindOf(value) ?? "train";
  if (kind === "study") throw new UsageError(`${brief(dir)} holds a run of a study; ${STUDY_REMEDY}`);
  return kind;
}

/** What to do about a folder that holds a run, for its message. `text` is the folder's config.yaml. */
export function occupiedRemedy(command: "train" | "sft", dir: string, text = ""): string {
  // npm takes options for itself where no -- stands before them.
  const overwrite = process.env.npm_lifecycle_event === "start" ? "replace it with: npm start -- --overwrite" : "pass --overwrite";
  const continued = kindOf(readable(text)) === command;
  return `choose another output.dir, ${continued ? "" : "or "}${overwrite}${continued ? `, or continue it with: ${PROGRAM} resume ${brief(dir)}` : ""}`;
}

function readable(text: string): unknown {
  try {
    return readYaml(text, "config.yaml");
  } catch {
    return undefined;
  }
}
