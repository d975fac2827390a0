import { join } from "node:path";
import { isMapping } from "../options/problems.ts";
import { brief, listed, quoted } from "../options/quote.ts";
import { FileError, isFile, readJsonObject } from "./files.ts";
import { INDEX, MODEL } from "./model_folder.ts";
import { type HostTensor, readSafetensors } from "./safetensors.ts";

/** The files of a folder in the format of PEFT, Hugging Face's library of adapters. */
export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_MODEL = "adapter_model.safetensors";

/** What adapter_config.json says of a LoRA adapter. */
export interface PeftConfig {
  /** The base model's path or name, where the file gives one. */
  readonly base: string | undefined;
  /** The branch, tag or commit of a base on the hub, where the file gives one. */
  readonly revision?: string | undefined;
  readonly rank: number;
  readonly alpha: number;
  readonly targets: string | readonly string[];
  readonly exclude: string | readonly string[];
  readonly rslora: boolean;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
}

/** Whether a folder holds an adapter and no model of its own; its base's config.json may lie beside it. */
export async function isAdapterFolder(dir: string): Promise<boolean> {
  const holds = (name: string): Promise<boolean> => isFile(join(dir, name));
  return (await holds(ADAPTER_CONFIG)) && !(await holds(MODEL)) && !(await holds(INDEX));
}

/** Reads adapter_config.json. @throws FileError for every setting that would change the computation and is not built here, by name */
export async function readPeftConfig(dir: string): Promise<PeftConfig> {
  const path = join(dir, ADAPTER_CONFIG);
  if (!(await isFile(path))) throw new FileError(`${brief(dir)} holds no ${ADAPTER_CONFIG}; give the folder of a PEFT adapter.`);
  return parsePeftConfig(await readJsonObject(path), path);
}

/** Keys that say nothing of what the adapter computes: who wrote it, how it began, for what and in which mode. */
const WITHOUT_EFFECT = new Set([
  ...["auto_mapping", "base_model_name_or_path", "inference_mode", "peft_version", "runtime_config", "task_type"],
  ...["lora_dropout", "fan_in_fan_out", "loftq_config", "eva_config", "ensure_weight_tying", "qalora_group_size", "megatron_core"],
]);

/** Keys that are read here. */
const READ = new Set([
  ...["peft_type", "r", "lora_alpha", "target_modules", "exclude_modules", "use_rslora", "rank_pattern", "alpha_pattern"],
  ...["bias", "init_lora_weights", "corda_config", "revision"],
]);

/** First weights that are drawn beside an unchanged base. PiSSA, OLoRA, CorDA and LoftQ change the base too. */
const PLAIN_STARTS = [true, false, "gaussian", "eva", "orthogonal"];

/** The settings of an adapter_config.json; `path` stands for the file in errors. */
export function parsePeftConfig(json: Readonly<Record<string, unknown>>, path: string): PeftConfig {
  const refuse = (key: string, needs: string): never => {
    throw new FileError(`${brief(path)}: ${brief(key)} is ${quoted(json[key])}; ${needs}.`);
  };
  const { bias = "none", init_lora_weights: start = true } = json;
  if (json.peft_type !== "LORA") refuse("peft_type", "only adapters of the type LORA are read here");
  if (bias !== "none") refuse("bias", "biases are not trained here: it must be none");
  if (!PLAIN_STARTS.some((value) => value === start)) {
    refuse("init_lora_weights", "such a start changes the base model too; convert the adapter to a plain LoRA first");
  }
  for (const [key, value] of Object.entries(json)) {
    if (!READ.has(key) && !WITHOUT_EFFECT.has(key) && isSet(value)) refuse(key, "this is not built here: it must be absent, null or false");
  }
  const positive = (key: string): number => {
    const value = json[key];
    return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : refuse(key, "it must be a number above 0");
  };
  const { base_model_name_or_path: base, revision } = json;
  if (isSet(revision) && typeof revision !== "string") refuse("revision", "it must be a branch, a tag or a commit of the base");
  const rank = positive("r");
  if (!Number.isInteger(rank)) refuse("r", "it must be a whole number");
  return {
    base: typeof base === "string" ? base : undefined,
    ...(typeof revision === "string" && revision !== "" && { revision }),
    rank,
    alpha: positive("lora_alpha"),
    targets: namesIn(json.target_modules) ?? refuse("target_modules", "it must be a list of layers, or a regular expression"),
    exclude: isSet(json.exclude_modules) ? (namesIn(json.exclude_modules) ?? refuse("exclude_modules", "it must be a list of layers")) : [],
    rslora: json.use_rslora === true,
    rankPattern: numbersIn(json.rank_pattern) ?? refuse("rank_pattern", "it must be a mapping of names to numbers above 0"),
    alphaPattern: numbersIn(json.alpha_pattern) ?? refuse("alpha_pattern", "it must be a mapping of names to numbers above 0"),
  };
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isMapping(value) ? Object.keys(value).length > 0 : value !== null && value !== undefined && value !== false;
}

function namesIn(value: unknown): string | readonly string[] | undefined {
  if (typeof value === "string" && value !== "") return value;
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string") ? value : undefined;
}

function numbersIn(value: unknown = {}): Readonly<Record<string, number>> | undefined {
  if (value === null) return {};
  const isNumbers = isMapping(value) && Object.values(value).every((number) => typeof number === "number" && number > 0);
  return isNumbers ? (value as Record<string, number>) : undefined;
}

/** The adapter_config.json that PEFT reads. `isTransposed`: the base's matrices are GPT-2's Conv1D. */
export function peftConfigJson(config: PeftConfig & { readonly isTransposed: boolean }): Record<string, unknown> {
  const { base = null, revision = null, rank, alpha, targets, exclude, rslora, rankPattern, alphaPattern, isTransposed } = config;
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: base,
    revision,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targets,
    exclude_modules: isSet(exclude) ? exclude : null,
    bias: "none",
    use_rslora: rslora,
    use_dora: false,
    fan_in_fan_out: isTransposed,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    modules_to_save: null,
    layers_to_transform: null,
    layers_pattern: null,
    init_lora_weights: true,
  };
}

const PREFIX = "base_model.model.";
const ENDING = ".weight";

/** PEFT's name of a half of an adapter, such as "model.layers.0.self_attn.q_proj.lora_A". */
export function peftName(half: string): string {
  return `${PREFIX}${half}${ENDING}`;
}

/**
 * The tensors of an adapter by their names without PEFT's prefix and ending. `wanted` are the names that the model's adapters have.
 * @throws FileError naming a tensor that is missing, or that belongs to no adapter of the model
 */
export async function readPeftTensors(dir: string, wanted: ReadonlySet<string>): Promise<Map<string, HostTensor>> {
  const path = join(dir, ADAPTER_MODEL);
  if (!(await isFile(path))) {
    throw new FileError(`${brief(dir)} holds no ${ADAPTER_MODEL}; save the adapter as safetensors (adapter_model.bin is not read here).`);
  }
  return renamed(await readSafetensors(path), path, wanted);
}

function renamed(tensors: ReadonlyMap<string, HostTensor>, path: string, wanted: ReadonlySet<string>): Map<string, HostTensor> {
  const found = new Map<string, HostTensor>();
  const others: string[] = [];
  for (const [name, tensor] of tensors) {
    const half = name.startsWith(PREFIX) && name.endsWith(ENDING) ? name.slice(PREFIX.length, -ENDING.length) : "";
    if (wanted.has(half)) found.set(half, tensor);
    else others.push(name);
  }
  if (others.length > 0) {
    throw new FileError(`${brief(path)} holds ${listed(others)}, which is no half of an adapter that its config asks for; leave it out.`);
  }
  for (const half of wanted)
    if (!found.has(half)) throw new FileError(`${brief(path)} lacks ${peftName(half)}, which its config asks for.`);
  return found;
}
