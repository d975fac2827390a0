import type { NamedArray } from "../nn/load_parameters.ts";
import { ConfigError } from "../options/problems.ts";
import type { Metrics } from "../report/metrics.ts";
import type { TensorSource } from "../stored_tensor.ts";
import type { Run } from "./run.ts";
import type { ScoredRollout } from "./sampling/dynamic_sampling.ts";
import { createReplay, type Replayed } from "./sampling/replay.ts";
import { loadGroup, saveGroup } from "./sampling/replay_state.ts";
import type { TrainerParts } from "./trainer_parts.ts";
import { REFERENCE, type SavedTrainer, type TrainerState } from "./trainer_state.ts";

/** What a run carries from step to step beside its policy, optimiser and controller: groups for replay, and how old the reference is. */
export interface RunHistory {
  /**
   * Before the step that follows `step` others: makes the policy the reference where that is due (ProRL: Liu et al. 2025,
   * arXiv 2505.24864), and restarts the optimiser with it.
   */
  begin(step: number): Promise<void>;
  /** The groups that the step learns from. */
  replace(sampled: ScoredRollout, step: number): Replayed;
  metrics(step: number, replayed: Replayed): Partial<Metrics>;
  /** What a checkpoint holds of it. */
  readonly state: Pick<TrainerState, "replay" | "referenceStep">;
  save(): ReturnType<TrainerParts["scoring"]["saveReference"]>;
  store(): TensorSource;
  /** Checks a saved state, and returns what goes on from it. @throws ConfigError where the state is none of this run */
  prepare(saved: SavedTrainer): () => void;
}

export function createRunHistory(run: Run, { scoring, learning }: Pick<TrainerParts, "scoring" | "learning">): RunHistory {
  const { replay: most, referenceReset, completions, advantage, advantageK, maskTruncated } = run.config.grpo;
  const replay = createReplay({ most, completions, advantage, advantageK, maskTruncated });
  let referenceStep = 0;
  return {
    begin: async (step) => {
      if (referenceReset === 0 || step === referenceStep || step % referenceReset !== 0) return;
      await scoring.resetReference();
      await learning.restartOptimizer();
      referenceStep = step;
    },
    replace: (sampled, step) => (most > 0 ? replay.replace(sampled, step) : { trained: sampled, ages: [], kept: 0 }),
    metrics: (step, { trained, ages, kept }) => ({
      ...(most > 0 && { "replay/fraction": (ages.length * completions) / trained.entries.length, "replay/kept": kept }),
      ...(ages.length > 0 && { "replay/age": ages.reduce((sum, age) => sum + age, 0) / ages.length }),
      ...(referenceReset > 0 && { "reference/age": step - referenceStep }),
    }),
    get state() {
      const groups = replay.groups.map((group) => saveGroup(group, run));
      return { ...(groups.length > 0 && { replay: groups }), ...(referenceStep > 0 && { referenceStep }) };
    },
    save: async () => (referenceStep > 0 ? ofReference(await scoring.saveReference()) : new Map()),
    store: () => (referenceStep > 0 ? ofReference(scoring.storeReference()) : new Map()),
    prepare: ({ state, moments }) => {
      const groups = (state.replay ?? []).map((group) => loadGroup(group, run, completions));
      if (state.referenceStep === undefined && referenceStep > 0) {
        throw new ConfigError([
          `the saved state is from before the first grpo.referenceReset, and this trainer's reference is that of step ${referenceStep}; load it into a new trainer`,
        ]);
      }
      if (state.referenceStep !== undefined && referenceReset === 0) {
        throw new ConfigError([
          `the saved state has a reference of its own, of step ${state.referenceStep}; resume with the grpo.referenceReset it was saved under`,
        ]);
      }
      return () => {
        if (state.referenceStep !== undefined) scoring.loadReference(reference(moments));
        replay.load(groups);
        referenceStep = state.referenceStep ?? 0;
      };
    },
  };
}

const PREFIX = `${REFERENCE}.`;

function ofReference<Tensor>(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...tensors].map(([name, tensor]) => [PREFIX + name, tensor]));
}

function reference(tensors: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> {
  const own = [...tensors].filter(([name]) => name.startsWith(PREFIX));
  return new Map(own.map(([name, tensor]) => [name.slice(PREFIX.length), tensor]));
}
