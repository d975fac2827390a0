import { basename, join } from "node:path";
import { isFile } from "../io/files.ts";
import { type LogRepair, planLogRepair } from "../io/log_repair.ts";
import { isAdapterFolder, readPeftConfig } from "../io/peft.ts";
import { listCheckpoints } from "../io/run_folder.ts";
import { folderOf } from "../node/load_model.ts";
import { findPointOf, type ResumePoint, type StateFormat } from "../node/resume_point.ts";
import { brief } from "../options/quote.ts";
import { UsageError } from "./errors.ts";
import { PROGRAM } from "./options.ts";
import { fromUser } from "./user_input.ts";

/** Where a run goes on, and what its logs must become for that. */
interface ResumePlace<State> {
  readonly point: ResumePoint<State>;
  readonly repair: LogRepair;
}

/** The newest checkpoint of a run of `command` that is whole; says which newer ones are not, and what of the logs will be dropped. */
export async function resumePlace<State extends { readonly step: number }>(
  dir: string,
  command: "train" | "sft",
  format: StateFormat<State>,
): Promise<ResumePlace<State>> {
  const { point, refused } = await findPointOf(dir, format);
  if (!point) throw await nowhere(dir, command, refused);
  for (const line of refused) say(line);
  if (refused.length > 0) say(`going on from ${basename(point.path)}`);
  const place = { dir, step: point.step, checkpoint: basename(point.path), recorded: point.logs };
  const repair = await fromUser(() => planLogRepair(place));
  for (const note of repair.notes) say(note);
  return { point, repair };
}

async function nowhere(dir: string, command: "train" | "sft", refused: readonly string[]): Promise<Error> {
  await requireBase(dir);
  const again = `start again with: ${PROGRAM} ${command} ${join(dir, "config.yaml")} --overwrite`;
  const [first, ...others] = refused;
  if (first === undefined) return new UsageError(`${dir} holds no checkpoint to resume from; ${again}`);
  const more = others.length > 0 ? ` (and ${others.length} older ${others.length > 1 ? "ones" : "one"} cannot either)` : "";
  return new UsageError(`${dir}: ${first}${more}; ${again}`);
}

/** Checkpoints of adapters are whole and of no use where the base model under them is not found. @throws UsageError */
async function requireBase(dir: string): Promise<void> {
  const newest = (await listCheckpoints(dir))[0]?.path;
  if (newest === undefined || !(await isAdapterFolder(newest))) return;
  const { base = "" } = await readPeftConfig(newest).catch(() => ({ base: undefined }));
  if (base === "" || (await isFile(join(await folderOf(base), "config.json")))) return;
  throw new UsageError(
    `${brief(dir)} trains adapters of the model ${brief(base)}, which is not there; go to the folder in which the run began, or link the model to that path`,
  );
}

function say(note: string): void {
  process.stderr.write(`note: ${note}\n`);
}
