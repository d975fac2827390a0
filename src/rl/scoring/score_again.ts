import { build, type Own } from "../../gpu/parts.ts";
import { copyParameters } from "../../nn/copy_parameters.ts";
import { claimWeights } from "../../nn/half_weights.ts";
import { loadParameters, type NamedArray, readParameters } from "../../nn/load_parameters.ts";
import { storedParameters } from "../../nn/stored_parameters.ts";
import { createScorer, type Scorer, type Scores } from "../../policy/score.ts";
import type { TensorSource } from "../../stored_tensor.ts";
import { microBatches, packBatch, type Sample, totalsOf } from "../learning/micro_batches.ts";
import { updateMemory } from "../memory/update_memory.ts";
import type { PolicyModel } from "../model.ts";
import { passRows, type Run } from "../run.ts";
import { maskedShare, type SamplerGap, samplerGap, weighing, withImportance } from "./importance.ts";

/** Scores sampled tokens again, by the reference policy and by the trainer. */
export interface SecondScorer {
  /**
   * Adds the reference policy's log-probabilities where `beta` asks for them. Where tokens are weighed by the trainer's probability over the
   * sampler's (`tis`, `icepop`, `mis`), it also adds the trainer's own scores, and `gap` says how far they are from the sampler's.
   */
  scoreAgain(samples: readonly Sample[]): Promise<{ readonly samples: readonly Sample[]; readonly gap: SamplerGap | undefined }>;
  /** The policy as it is now becomes the reference. */
  resetReference(): Promise<void>;
  /** The reference policy that resets have changed, under the names of its parameters. */
  storeReference(): TensorSource;
  saveReference(): ReturnType<typeof readParameters>;
  /** Takes the reference that a checkpoint holds, where `beta` asks for one. */
  loadReference(tensors: ReadonlyMap<string, NamedArray>): void;
  destroy(): void;
}

export async function createSecondScorer(run: Run): Promise<SecondScorer> {
  const { device, model, config, loss } = run;
  const { beta, icepop, mis, temperature } = config.grpo;
  const rows = passRows(run);
  const { chunkBytes } = updateMemory(config.grpo);
  return build(async (own) => {
    const scorerOf = async ({ module }: PolicyModel, withoutAdapter = false): Promise<SharingScorer> => {
      // Rows are laid out for the policy, and a reference of another architecture may not be able to share them.
      const sharesRows = model.module.sharesRows && module.sharesRows;
      return {
        sharesRows,
        ...own(await createScorer({ device, model: module, sharesRows, rows, temperature, chunkBytes, withoutAdapter })),
      };
    };
    // The base under adapters, which is in memory already, is their reference where none is given.
    const isBase = model.adapter !== undefined && run.reference === undefined;
    const frozen = beta > 0 && !isBase ? await frozenPolicy(run, own) : undefined;
    const reference = beta > 0 ? await scorerOf(frozen ?? model, isBase) : undefined;
    const weigh = weighing(config.grpo, { bySequence: loss.bySequence ?? false });
    const policy = weigh && (await scorerOf(model));
    return {
      scoreAgain: async (samples: readonly Sample[]) => {
        const known = reference && (await tokenScores(reference, samples, run));
        const compared = known ? samples.map((sample, i) => ({ ...sample, referenceLogprobs: known[i]!.logprobs })) : samples;
        if (!policy || !weigh) return { samples: compared, gap: undefined };
        const trainers = await tokenScores(policy, samples, run);
        const weighed = withImportance(compared, trainers, weigh);
        const masked = (icepop ?? mis) && { masked: maskedShare(weighed) };
        const gap = samplerGap(compared, trainers);
        return { samples: weighed, gap: gap && { ...gap, ...masked } };
      },
      resetReference: async () => frozen && copyParameters(model.placed, frozen.placed),
      storeReference: () => (frozen ? storedParameters(frozen.placed) : new Map()),
      saveReference: async () => (frozen ? readParameters(frozen.placed) : new Map()),
      loadReference: (tensors) => frozen && loadParameters(frozen.placed, tensors, "the reference"),
    };
  });
}

/** The reference policy: the one given, which stays its owner's and as it is, or a copy of the model as it is now. */
async function frozenPolicy({ model, reference, config }: Run, own: Own): Promise<PolicyModel> {
  const changes = config.grpo.referenceReset > 0;
  const frozen = reference && !changes ? reference : own(await (reference ?? model).clone());
  const claim = await claimWeights(frozen.placed, config.grpo.weights);
  own({ destroy: claim.release });
  return frozen;
}

/** A scorer, and whether its batches are packed with shared rows. */
type SharingScorer = Scorer & { readonly sharesRows: boolean };

/** What a model says of the completion tokens of each sample. */
async function tokenScores(scorer: SharingScorer, samples: readonly Sample[], run: Run): Promise<Scores[]> {
  const { aggregate, maxNewTokens: maxLength } = run.config.grpo;
  const packing = { aggregate, maxLength, sharesRows: scorer.sharesRows };
  const totals = totalsOf(samples);
  const scored: Scores[] = [];
  for (const group of microBatches(samples, passRows(run), packing)) {
    const batch = packBatch(group, totals, packing);
    const { logprobs, entropies } = await scorer.score(batch);
    group.forEach(({ completionIds }, i) => {
      const [begin, end] = [batch.responses[i]!, batch.responses[i]! + completionIds.length];
      scored.push({ logprobs: logprobs.slice(begin, end), entropies: entropies.slice(begin, end) });
    });
  }
  return scored;
}
