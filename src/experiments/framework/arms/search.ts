import type { z } from "zod";
import { MOST } from "../../../options/limits.ts";
import { ConfigError, isMapping } from "../../../options/problems.ts";
import { list, openSection, section, whole } from "../../../options/schema.ts";
import { mean } from "../../../report/statistics.ts";
import type { TrainConfig } from "../../../rl/config/index.ts";
import type { CellResult, CellResults } from "../cell.ts";
import { seedsSchema } from "../seeds.ts";

/**
 * How the knobs of arms are found: each arm's list `search` is trained with seeds and held-out problems that the study itself does not use,
 * in shorter runs, and the arm takes the best of them.
 */
export const searchSchema = section({
  seeds: seedsSchema,
  steps: whole({ min: 1, max: MOST.steps }),
  /** So many held-out problems after those of `eval.prompts`. */
  prompts: whole({ min: 1, max: MOST.prompts }),
});

export type Search = z.output<typeof searchSchema>;

/** One setting of an arm's knobs: what it changes in the arm's sections. */
export type Knobs = Readonly<Record<string, unknown>>;

const knobsSchema = list(
  openSection({}, "a list of mappings with the sections grpo, entropy"),
  "a list of mappings with the sections grpo, entropy",
);

/** The settings that an arm's key `search` lists; none where it has none. */
export function knobsOf(arm: Readonly<Record<string, unknown>>, name: string): readonly Knobs[] {
  if (arm.search === undefined) return [];
  const parsed = knobsSchema.safeParse(arm.search);
  if (!parsed.success) throw new ConfigError([`arms.${name}.search must be a list of mappings with the sections grpo, entropy`]);
  const fixed = parsed.data.findIndex(
    ({ grpo }) => isMapping(grpo) && (Object.hasOwn(grpo, "steps") || Object.hasOwn(grpo, "updatesPerRollout")),
  );
  if (fixed >= 0)
    throw new ConfigError([`arms.${name}.search.${fixed}.grpo changes how long the arm trains; leave steps and updatesPerRollout out`]);
  return parsed.data;
}

/** Every arm that has settings to choose from has as many. One that has none takes what it is given. @throws ConfigError */
export function requireSameBudget(counts: Readonly<Record<string, number>>): void {
  const [first, ...others] = Object.entries(counts).filter(([, count]) => count > 0);
  const other = others.find(([, count]) => count !== first![1]);
  if (other)
    throw new ConfigError([
      `arms.${other[0]}.search has ${other[1]} settings and that of ${first![0]} ${first![1]}; give each arm as many`,
    ]);
}

/** The criterion, in words for the report. */
export const CRITERION =
  "the mean of greedy accuracy and entropy-matched pass@1 at the end (greedy alone where one of an arm's settings cannot be brought to the common entropy)";

/** How good searched runs are, by what all of them have: greedy accuracy lies above the other, and one run is not to gain by its lack. */
export function searchScores(runs: readonly CellResult[]): number[] {
  const greedy = runs.map(({ metrics }) => Number(metrics.at(-1)!["eval/greedy"]));
  const matched = runs.map(({ config, metrics }) => (metrics.at(-1)! as Readonly<Record<string, unknown>>)[matchedName(config) ?? ""]);
  return matched.every((value) => typeof value === "number") ? greedy.map((value, i) => (value + matched[i]!) / 2) : greedy;
}

/** The metric of pass@1 at the first entropy at which policies are compared; undefined where the configuration has none. */
export function matchedName({ eval: evaluation }: Pick<TrainConfig, "eval">): string | undefined {
  const [entropy] = evaluation.entropies;
  return entropy === undefined ? undefined : `eval/H${entropy}/pass@1`;
}

/** The mean score of each setting over the seeds of the search. */
export function scoresOf(cellsBySetting: readonly (readonly string[])[], results: CellResults): number[] {
  const names = cellsBySetting.flat();
  const scores = searchScores(names.map((name) => results.get(name)!));
  const scoreOf = new Map(names.map((name, i) => [name, scores[i]!]));
  return cellsBySetting.map((own) => mean(own.map((name) => scoreOf.get(name)!)));
}

/** The first of the best. */
export function bestOf(scores: readonly number[]): number {
  return scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
}
