import type { z } from "zod";
import { isMapping, throwIfAny } from "../../options/problems.ts";
import { isAdjustable } from "../../options/schema.ts";
import { type TrainConfig, trainSchema } from "./sections.ts";
import { type SftConfig, sftSchema } from "./sft_sections.ts";

/** An option that a resume changed, and after which step. The list `changes` of a run's config.yaml holds these. */
export interface OptionChange {
  readonly after: number;
  readonly option: string;
  readonly from: unknown;
  readonly to: unknown;
}

const CHANGES = "changes";

/**
 * What a resume after `step` steps changes. Options say themselves, in their schema, whether they may change (`adjustable`).
 * @throws ConfigError with one line for each option that may not
 */
export function changesInResume(before: TrainConfig, now: TrainConfig, step: number): OptionChange[] {
  const schema = trainSchema(before.output.dir, { controller: before.entropy.controller, loss: before.grpo.loss });
  return adjusted(schema, { before, now, step }, ["grpo.steps", now.grpo.steps]);
}

/** The same for a warm start. */
export function changesInWarmStart(before: SftConfig, now: SftConfig, step: number): OptionChange[] {
  return adjusted(sftSchema(before.output.dir), { before, now, step }, ["sft.steps", now.sft.steps]);
}

interface Resumed {
  readonly before: unknown;
  readonly now: unknown;
  readonly step: number;
}

function adjusted(schema: z.ZodType, { before, now, step }: Resumed, [option, steps]: readonly [string, number]): OptionChange[] {
  const changed = differences(before, now, []);
  const refused = changed.filter(({ path }) => !isAdjustable(schema, path));
  const remedy = "and a resume goes on with it; start a new run from its checkpoint for another value";
  throwIfAny([
    ...refused.map(({ path, from, to }) => `${path.join(".")} cannot become ${brief(to)}: this run began with ${brief(from)}, ${remedy}`),
    ...(steps < step ? [`${option} is ${steps}; it must be at least ${step}, the steps that this run has done`] : []),
  ]);
  return changed.map(({ path, from, to }) => ({ after: step, option: path.join("."), from, to }));
}

/** Earlier changes and those of a resume after `step` steps. A run that goes on from an earlier step than a change has it from there. */
export function withChanges(earlier: readonly OptionChange[], now: readonly OptionChange[], step: number): OptionChange[] {
  const merged = new Map<string, OptionChange>();
  for (const change of [...earlier, ...now]) {
    const after = Math.min(change.after, step);
    const key = `${after} ${change.option}`;
    merged.set(key, { ...change, after, from: merged.get(key)?.from ?? change.from });
  }
  return [...merged.values()].filter(({ from, to }) => !same(from, to));
}

/** The changes that a run's config.yaml, as plain data, lists. Entries of another form are left out. */
export function recordedChanges(value: unknown): OptionChange[] {
  const list = isMapping(value) && Array.isArray(value[CHANGES]) ? (value[CHANGES] as unknown[]) : [];
  return list.flatMap((one) => {
    if (!isMapping(one) || typeof one.after !== "number" || typeof one.option !== "string") return [];
    return [{ after: one.after, option: one.option, from: one.from, to: one.to }];
  });
}

/** A configuration without the list, which tells of a run and configures nothing. */
export function withoutChanges(value: unknown): unknown {
  if (!isMapping(value) || !Array.isArray(value[CHANGES])) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== CHANGES));
}

interface Difference {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

function differences(from: unknown, to: unknown, path: readonly string[]): Difference[] {
  if (same(from, to)) return [];
  // A task is one choice, whatever its options are, and so are whom to report to and what a new model is.
  if (!isMapping(from) || !isMapping(to) || ["task", "report", "model"].includes(path[0]!)) return [{ path, from, to }];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => differences(from[key], to[key], [...path, key]));
}

/** Whether two values are alike, as YAML would write them. */
function same(a: unknown, b: unknown): boolean {
  if (isMapping(a) && isMapping(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => same(a[key], b[key]));
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  return Object.is(a, b);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
