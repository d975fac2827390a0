import type { StepSignals } from "../../control/index.ts";
import type { Run } from "../run.ts";
import { type Sampled, teachingGroups } from "../sampling/dynamic_sampling.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { advantageOf, type Sample } from "./micro_batches.ts";

/** A step before its first update: what was sampled, and the samples that are learned from. */
interface SampledSamples {
  readonly rollout: Pick<Sampled, "all" | "trained">;
  readonly samples: readonly Pick<Sample, "advantage" | "isMasked">[];
  /** Steps done before this one. */
  readonly step: number;
}

/** What a step tells controllers that follow the run's progress or its rewards. Everything follows from the step, so a resume repeats it. */
export function stepSignals({ config }: Pick<Run, "config">, { rollout, samples, step }: SampledSamples): StepSignals {
  const { steps, completions } = config.grpo;
  const { entries } = rollout.trained;
  // All groups count, also those that dynamic sampling has left out; a punishment of length does not, as there.
  const groups = rollout.all.scores.rewards.length / completions;
  return {
    progress: Math.min(1, step / steps),
    // The bits are those of 1 - frac_reward_zero_std where rewards that differ are those that teach.
    spread: 1 - (groups - teachingGroups(rollout.all, config.grpo).length) / groups,
    right: meanEntropy(entries, samples, (advantage) => advantage > 0),
    wrong: meanEntropy(entries, samples, (advantage) => advantage < 0),
    completions,
    length: meanLength(entries, samples),
  };
}

/** The mean length of completions, in tokens; masked samples do not count. */
function meanLength(entries: readonly Pick<RolloutEntry, "completion">[], samples: SampledSamples["samples"]): number | undefined {
  const lengths = entries.filter((_, i) => !samples[i]!.isMasked).map(({ completion }) => completion.entropies.length);
  return lengths.length > 0 ? lengths.reduce((sum, length) => sum + length, 0) / lengths.length : undefined;
}

/** The mean entropy of the sampled tokens whose advantage a condition takes, in nats; masked samples do not count. */
function meanEntropy(
  entries: readonly Pick<RolloutEntry, "completion">[],
  samples: SampledSamples["samples"],
  takes: (advantage: number) => boolean,
): number | undefined {
  let [sum, count] = [0, 0];
  for (const [i, { completion }] of entries.entries()) {
    const sample = samples[i]!;
    if (sample.isMasked) continue;
    completion.entropies.forEach((entropy, token) => {
      if (!takes(advantageOf(sample, token)) || !Number.isFinite(entropy)) return;
      sum += entropy;
      count += 1;
    });
  }
  return count > 0 ? sum / count : undefined;
}
