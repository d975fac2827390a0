import { type Controller, createController, type HeldEntropy } from "../../control/index.ts";
import { MOST } from "../../options/limits.ts";
import { refusal, throwIfAny } from "../../options/problems.ts";
import { type AdvantageTraits, advantages } from "../advantages/index.ts";
import { replayProblems } from "./group_options.ts";
import { importanceProblems } from "./importance_options.ts";
import { type GivenMethods, methodProblems } from "./method_problems.ts";
import type { TrainConfig } from "./sections.ts";

/** The contradictions between options that are each inside their range, one line each. */
export function contradictions(config: TrainConfig, given: GivenMethods = {}): string[] {
  const { grpo, eval: evaluation } = config;
  const problems: string[] = [...tooManySampled("grpo", grpo), ...tooManySampled("eval", evaluation)];
  const beyond = evaluation.ks.find((k) => k > evaluation.completions);
  if (beyond !== undefined) {
    problems.push(refusal("eval.ks", beyond, `at most eval.completions (${evaluation.completions}), from which pass@k is estimated`));
  }
  const { comparesWithinGroups, leastCompletions }: AdvantageTraits = advantages[grpo.advantage];
  const least = leastCompletions?.({ k: grpo.advantageK }) ?? 2;
  if (comparesWithinGroups && grpo.completions < least) {
    const why = `at least ${least} with advantage ${grpo.advantage}, which compares the completions of a prompt`;
    problems.push(refusal("grpo.completions", grpo.completions, why));
  }
  for (const option of ["dynamicSampling", "replay"] as const) {
    if (grpo[option] === 0 || comparesWithinGroups) continue;
    const why = `0 with advantage ${grpo.advantage}, which learns from groups of equal rewards too`;
    problems.push(refusal(`grpo.${option}`, grpo[option], why));
  }
  if (grpo.referenceReset > 0 && grpo.beta === 0) {
    problems.push(refusal("grpo.referenceReset", grpo.referenceReset, "0 with beta 0, which measures against no reference"));
  }
  if (grpo.gepoHigh < grpo.gepoLow) {
    problems.push(refusal("grpo.gepoHigh", grpo.gepoHigh, `at least grpo.gepoLow (${grpo.gepoLow})`));
  }
  if (grpo.overlongBuffer > grpo.maxNewTokens) {
    problems.push(refusal("grpo.overlongBuffer", grpo.overlongBuffer, `at most grpo.maxNewTokens (${grpo.maxNewTokens})`));
  }
  return [
    ...problems,
    ...decayProblems("grpo", grpo),
    ...importanceProblems(grpo),
    ...replayProblems(grpo),
    ...methodProblems(config, given),
  ];
}

/** Whether prompts and completions, each in its range, make more completions at a time than can be meant. */
export function tooManySampled(section: string, { prompts, completions }: { prompts: number; completions: number }): string[] {
  if (prompts * completions <= MOST.sampled) return [];
  const why = `at most ${Math.floor(MOST.sampled / prompts)} with ${prompts} prompts, so that ${MOST.sampled} are sampled at a time`;
  return [refusal(`${section}.completions`, completions, why)];
}

/** A weight decay that would take more than the whole of a weight away in a step, so that weights alternate and grow. */
export function decayProblems(section: string, { learningRate, weightDecay }: Rates): string[] {
  if (learningRate * weightDecay <= 1) return [];
  return [refusal(`${section}.weightDecay`, weightDecay, `at most 1 / learningRate (${1 / learningRate})`)];
}

interface Rates {
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Checks a configuration against its model: entropy targets against ln V, and lengths against the context. Throws ConfigError. */
export function checkAgainstModel(
  config: TrainConfig,
  model: { vocabSize: number; contextLength: number },
  { holds }: Controller = createController(config.entropy),
): void {
  const problems = targetsAbove(holds, model.vocabSize);
  if (config.grpo.maxNewTokens >= model.contextLength) {
    const why = `below ${model.contextLength}, this model's context, which also holds the prompt`;
    problems.push(refusal("grpo.maxNewTokens", config.grpo.maxNewTokens, why));
  }
  throwIfAny(problems);
}

/** Targets that lie above ln V, the entropy of a uniform choice among a model's V tokens. */
function targetsAbove(holds: readonly HeldEntropy[], vocabSize: number): string[] {
  const highest = Math.log(vocabSize);
  const why = `at most ln ${vocabSize} = ${highest.toFixed(4)}, the entropy of a uniform choice among this model's tokens`;
  return holds.flatMap(({ option, nats }) => (nats !== undefined && nats > highest ? [refusal(`entropy.${option}`, nats, why)] : []));
}
