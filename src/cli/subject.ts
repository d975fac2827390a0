import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DATE_FUNCTION, processMoment } from "../data/template_date.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import { dataTask } from "../data_sets/options.ts";
import { readProblems } from "../node/load_data.ts";
import { loadRewardModule } from "../node/module_reward.ts";
import { isMapping } from "../options/problems.ts";
import { isModulePath, readRewards } from "../rl/rewards/read.ts";
import type { NamedReward } from "../rl/scoring/rewards.ts";
import { type Subject, subjectOfTask } from "../rl/subject.ts";
import { readTask } from "./task.ts";

/** What the section `task` of a configuration trains and evaluates on. @throws ConfigError, FileError, UsageError in one line */
export async function readSubject(section: unknown): Promise<Subject> {
  return isData(section) ? readDataSubject(section) : subjectOfTask(readTask(section));
}

/** Whether a section `task` names data. */
export function isData(section: unknown): section is Record<string, unknown> {
  return isMapping(section) && (section.name === dataTask.key || (section.name === undefined && "data" in section));
}

async function readDataSubject({ name: _, ...section }: Record<string, unknown>): Promise<Subject> {
  const options = dataTask(section as Parameters<typeof dataTask>[0]);
  const { stop, templateVariables } = options;
  return { name: dataTask.key, ...(await readProblems(options)), rewards: await readDataRewards(options), stop, templateVariables };
}

/** The rewards that a section `task` of data names. @throws ConfigError, RewardError in one line */
export function readDataRewards({ rewards, answer }: Pick<ReturnType<typeof dataTask>, "rewards" | "answer">): Promise<NamedReward[]> {
  return readRewards(rewards, { answer, load: ({ path, timeout }) => loadRewardModule(resolve(path), { timeout }) });
}

/**
 * The configuration to keep of a run that begins. Where the chat template asks for the date, the run's own goes into the task's template
 * variables, so that a run that is resumed another day sees the same prompts.
 */
export function withKeptDate<Config extends { readonly task: object }>(config: Config, { files }: Pick<Tokenizer, "files">): Config {
  const { task } = config;
  const asks = ["chat_template.jinja", "tokenizer_config.json"].some((name) => files[name]?.includes(DATE_FUNCTION));
  if (!asks || !isData(task)) return config;
  const given = isMapping(task.templateVariables) ? task.templateVariables : {};
  return { ...config, task: { ...task, templateVariables: { [DATE_FUNCTION]: processMoment(), ...given } } };
}

/**
 * A configuration that names its model, its adapter and the files of its task by their whole paths. A relative path is looked for beside the
 * configuration first, then in the working folder. A run keeps the whole paths, so that it can be resumed from anywhere. Names of shipped
 * models, of the hub, and of what is not there stay as they are.
 */
export function withFoundFiles(config: unknown, folder: string): unknown {
  if (!isMapping(config)) return config;
  const model = (name: unknown): unknown => (typeof name === "string" ? whereModelIs(name, folder) : name);
  const { lora, task } = config;
  return {
    ...config,
    ...("model" in config && { model: model(config.model) }),
    ...(isMapping(lora) && "adapter" in lora && { lora: { ...lora, adapter: model(lora.adapter) } }),
    ...(isMapping(task) && isData({ ...task }) && { task: withFoundData(task, folder) }),
  };
}

function withFoundData(task: Record<string, unknown>, folder: string): Record<string, unknown> {
  const found = (path: unknown): unknown => (typeof path === "string" ? whereItIs(path, folder) : path);
  const module = (name: unknown): unknown => (typeof name === "string" && isModulePath(name) ? found(name) : name);
  const reward = (entry: unknown): unknown => (isMapping(entry) ? { ...entry, name: module(entry.name) } : module(entry));
  return {
    ...task,
    data: found(task.data),
    ...(task.evalData !== undefined && { evalData: found(task.evalData) }),
    ...(Array.isArray(task.rewards) && { rewards: task.rewards.map(reward) }),
  };
}

/** The models that come with the package. They are known by their names, and by their paths in it, from anywhere. */
const SHIPPED = fileURLToPath(new URL("../../models/checkpoints", import.meta.url));

function whereModelIs(name: string, folder: string): string {
  const [, shipped] = /^(?:\.\/)?models\/checkpoints\/([^/]+)\/?$/.exec(name) ?? [];
  if (shipped !== undefined && existsSync(join(SHIPPED, shipped))) return name;
  const place = whereItIs(name, folder);
  return dirname(place) === SHIPPED && !name.includes("/") ? name : place;
}

function whereItIs(path: string, folder: string): string {
  if (isAbsolute(path)) return path;
  return [resolve(folder, path), resolve(path)].find((place) => existsSync(place)) ?? path;
}
