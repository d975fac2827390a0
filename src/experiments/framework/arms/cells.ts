import { createController } from "../../../control/index.ts";
import { ConfigError } from "../../../options/problems.ts";
import { parseSftConfig, parseTrainConfig, type TrainConfig } from "../../../rl/config/index.ts";
import { createTask } from "../../../tasks/index.ts";
import type { Task } from "../../../tasks/task.ts";
import type { Cell, Start } from "../cell.ts";
import { slug } from "../names.ts";
import { seedsOf } from "../seeds.ts";
import { merge } from "../settings.ts";
import { bestOf, type Knobs, knobsOf, requireSameBudget, type Search, scoresOf } from "./search.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "./settings.ts";

export function cellName(seed: number, arm: string, group = ALONE): string {
  return [`seed-${seed}`, ...(group === ALONE ? [] : [group]), arm].map(slug).join("/");
}

/**
 * The search of knobs, where the settings have one, then every arm of every group with every seed. Seeds follow one another, so that a study
 * that is cut short has whole comparisons.
 */
export function armCells(settings: ArmsSettings): Cell[] {
  // The cells of a group share their task, whose problems are made but once then.
  const places = groupNames(settings).flatMap((group) => {
    const task = createTask(taskOf(settings, group));
    return armNames(settings).map((arm) => ({ group, arm, task }));
  });
  if (settings.search)
    requireSameBudget(Object.fromEntries(places.map(({ group, arm }) => [arm, searchedKnobs(settings, { group, arm }).length])));
  const searched = places.flatMap((place) => searchCells(settings, place));
  return [...searched, ...seedsOf(settings).flatMap((seed) => places.map((place) => armCell(settings, { seed, ...place })))];
}

/** The arms of a group whose controllers hold an entropy at a target. */
export function holdingArms({ entropy, arms, groups }: ArmsSettings, group = ALONE): string[] {
  const changes = groups?.[group];
  return Object.keys(arms).filter((arm) => {
    const section = [changes?.entropy, arms[arm]?.entropy, changes?.arms?.[arm]?.entropy].reduce(merge, { controller: "pi", ...entropy });
    return createController(section as Parameters<typeof createController>[0]).holds.length > 0;
  });
}

/** One arm of one group. */
interface Place {
  readonly group: string;
  readonly arm: string;
}

/** The settings of an arm's knobs. A study without a search takes the first. */
export function searchedKnobs(settings: ArmsSettings, { group, arm }: Place): readonly Knobs[] {
  return knobsOf(merge(settings.arms[arm], settings.groups?.[group]?.arms?.[arm]) as Knobs, arm);
}

/** The search of a group; undefined where the study has none. */
export function searchOf({ search, groups }: ArmsSettings, group: string): Search | undefined {
  return search ? { ...search, ...groups?.[group]?.search } : undefined;
}

/** The names of the cells that try each setting of an arm's knobs. */
export function searchNames(settings: ArmsSettings, place: Place): string[][] {
  const search = searchOf(settings, place.group);
  if (!search) return [];
  return searchedKnobs(settings, place).map((_, i) =>
    seedsOf(search).map((seed) => `search/${cellName(seed, place.arm, place.group)}/setting-${i + 1}`),
  );
}

/** One arm of one group, with the group's task. */
interface CellPlace extends Place {
  readonly task: Task;
}

function searchCells(settings: ArmsSettings, place: CellPlace): Cell[] {
  const search = searchOf(settings, place.group);
  if (!search) return [];
  const names = searchNames(settings, place);
  return searchedKnobs(settings, place).flatMap((knobs, i) =>
    seedsOf(search).map((seed, s) => {
      const shorter = { grpo: { steps: search.steps }, eval: { prompts: search.prompts, every: 0 } };
      const cell = cellOf(settings, { ...place, seed }, [knobs, shorter]);
      const { prompts } = configOf(settings, { ...place, seed }).eval;
      requireHeldOut(cell, prompts + search.prompts, place.group);
      return { ...cell, name: names[i]![s]!, heldOutFrom: prompts };
    }),
  );
}

/** The search would measure nothing where the test takes all held-out problems. */
function requireHeldOut({ task }: Cell, wanted: number, group: string): void {
  const { length } = task.problems("eval");
  if (length >= wanted) return;
  const where = group === ALONE ? "" : ` of the group ${group}`;
  throw new ConfigError([
    `the task ${task.name}${where} holds out ${length} problems; eval.prompts and search.prompts together are ${wanted} and must not be more`,
  ]);
}

function armCell(settings: ArmsSettings, place: CellPlace & { readonly seed: number }): Cell {
  const cell = cellOf(settings, place, searchedKnobs(settings, place).slice(0, 1));
  const tried = searchNames(settings, place);
  if (tried.length === 0) return cell;
  return {
    ...cell,
    needs: tried.flat(),
    tune: (_, earlier) => configOf(settings, place, [searchedKnobs(settings, place)[bestOf(scoresOf(tried, earlier))]!]),
  };
}

function cellOf(settings: ArmsSettings, place: CellPlace & { readonly seed: number }, changes: readonly object[]): Cell {
  const { seed, group, arm, task } = place;
  const { elsewhere = settings.elsewhere } = settings.groups?.[group] ?? {};
  const config = configOf(settings, place, changes);
  return {
    name: cellName(seed, arm, group),
    task,
    start: startOf(settings, place, config),
    config,
    ...(elsewhere && { elsewhere }),
  };
}

/** The configuration of an arm: what all share, the group's changes, the arm's, the group's changes of the arm, and further ones. */
function configOf(
  settings: ArmsSettings,
  { seed, group, arm }: Place & { readonly seed: number },
  further: readonly object[] = [],
): TrainConfig {
  const ofGroup = settings.groups?.[group] ?? {};
  const { model, grpo, entropy } = settings;
  const shared = { model, seed, eval: { every: 0, ...settings.eval }, grpo, entropy };
  const merged = [
    without(ofGroup, "arms", "elsewhere", "task", "start", "search"),
    settings.arms[arm],
    ofGroup.arms?.[arm],
    ...further,
  ].reduce(merge, shared) as object;
  // The knobs that an arm lists are no part of a run. A task is replaced as a whole, because the options of one mean nothing to another.
  return parseTrainConfig({ ...without(merged, "search"), task: taskOf(settings, group) });
}

function without(value: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function taskOf(settings: ArmsSettings, group: string): ArmsSettings["task"] {
  return settings.groups?.[group]?.task ?? settings.task;
}

/** The checkpoint of the settings, or a warm start that all arms of a group share. */
function startOf(settings: ArmsSettings, { group, task }: CellPlace, { model }: TrainConfig): Start {
  const start = settings.groups?.[group]?.start ?? settings.start;
  if (!start) return { kind: "folder", dir: model };
  // Groups whose starts are alike share one.
  const alike = settings.groups?.[group]?.start === undefined && settings.groups?.[group]?.task === undefined;
  const name = alike ? "start" : `start/${slug(group)}`;
  const config = parseSftConfig({ seed: 0, ...start, task: start.task ?? taskOf(settings, group) });
  return { kind: "warm start", name, config, ...(start.task && { task: taughtFirst(start.task, task) }) };
}

/** The task that a warm start learns before its runs. A character must be the same token in both. */
function taughtFirst(first: ArmsSettings["task"], task: Task): Task {
  const taught = createTask(first);
  if (taught.alphabet === task.alphabet) return taught;
  throw new ConfigError([
    `start.task ${taught.name} writes with "${taught.alphabet}", and ${task.name}, which its runs train, with "${task.alphabet}"`,
  ]);
}
