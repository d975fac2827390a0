import type { Sampler } from "../../policy/sampler.ts";
import type { Problem } from "../../tasks/task.ts";
import { sampledEntropy } from "../sampling/rollout.ts";
import { type EntropyPoint, temperatureOfEntropy, unmatched } from "./match_entropy.ts";
import { type Measured, type Measuring, measure } from "./measure.ts";
import { type PassRates, passRates } from "./rates.ts";

/** pass@k by k at another temperature than the policy's own, and the entropy there. */
export interface AtTemperature {
  readonly temperature: number;
  readonly passAt: PassRates;
  readonly entropy: number;
}

/** The same at the temperature that gives an entropy; undefined where none does. */
export interface AtEntropy {
  readonly target: number;
  readonly found: AtTemperature | undefined;
}

export interface FurtherMeasures {
  readonly atTemperatures: readonly AtTemperature[];
  readonly atEntropies: readonly AtEntropy[];
  /** What could not be measured, in one line each. */
  readonly notes: readonly string[];
}

export interface FurtherOptions {
  /** Draws from the whole softmax, so that the entropy that it measures is that of the distribution which is sampled from. */
  readonly sampler: Sampler;
  readonly problems: readonly Problem[];
  readonly completions: number;
  readonly ks: readonly number[];
  readonly temperatures: readonly number[];
  readonly entropies: readonly number[];
  /** What was sampled from the whole softmax already. */
  readonly sampled?: { readonly temperature: number; readonly measured: Measured } | undefined;
}

/** The problems that the search for a temperature takes: the first quarter, but 128 where there are so many. */
function searchedProblems(problems: number): number {
  return Math.min(problems, Math.max(128, Math.ceil(problems / 4)));
}

/** Measures a policy at other temperatures, given or found by the entropy there. */
export async function measureFurther(measuring: Measuring, options: FurtherOptions): Promise<FurtherMeasures> {
  const { sampler, problems, completions, sampled } = options;
  const part = searchedProblems(problems.length);
  const all = new Map(sampled ? [[sampled.temperature, summaryOf(sampled.temperature, sampled.measured, options)]] : []);
  const known: EntropyPoint[] = sampled ? [pointOf(sampled.temperature, sampled.measured, part * completions)] : [];
  const measureAt = async (temperature: number): Promise<AtTemperature> => {
    const before = all.get(temperature);
    if (before) return before;
    const measured = await measure(measuring, { sampler, problems, completions, temperature });
    if (!known.some((point) => point.temperature === temperature)) known.push(pointOf(temperature, measured, part * completions));
    const summary = summaryOf(temperature, measured, options);
    all.set(temperature, summary);
    return summary;
  };
  const entropyAt = async (temperature: number): Promise<number> =>
    (await measure(measuring, { sampler, problems: problems.slice(0, part), completions, temperature })).entropy;
  const atTemperatures: AtTemperature[] = [];
  for (const temperature of options.temperatures) atTemperatures.push(await measureAt(temperature));
  const atEntropies: AtEntropy[] = [];
  for (const target of options.entropies) {
    const point = await temperatureOfEntropy({ target, entropyAt, known });
    atEntropies.push({ target, found: point && (await measureAt(point.temperature)) });
  }
  const notes = atEntropies.filter(({ found }) => !found).map(({ target }) => unmatched(target, known));
  return { atTemperatures, atEntropies, notes };
}

function summaryOf(temperature: number, { right, entropy }: Measured, { completions, ks }: FurtherOptions): AtTemperature {
  return { temperature, passAt: passRates(completions, right, ks), entropy };
}

/** The search compares entropies of the same problems, so of a whole measurement it takes their part. */
function pointOf(temperature: number, { entries }: Measured, part: number): EntropyPoint {
  return { temperature, entropy: sampledEntropy(entries.slice(0, part)) };
}
