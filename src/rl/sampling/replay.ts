import type { TeachingOptions } from "../advantages/teaching.ts";
import { groupsOf, joined, type ScoredRollout, teachingGroups } from "./dynamic_sampling.ts";

/** A group that taught, and the step that sampled it. */
export interface KeptGroup extends ScoredRollout {
  readonly step: number;
}

/** What a step learns from, once groups were replayed. */
export interface Replayed {
  readonly trained: ScoredRollout;
  /** How many steps ago each replayed group was sampled. */
  readonly ages: readonly number[];
  /** Groups that are kept for later steps. */
  readonly kept: number;
}

/** The last groups that taught. */
export interface Replay {
  /** Puts kept groups in the place of groups that teach nothing, and keeps the step's own that teach. */
  replace(sampled: ScoredRollout, step: number): Replayed;
  /** The kept groups, the newest last. */
  readonly groups: readonly KeptGroup[];
  /** Goes on with groups that were kept before. */
  load(groups: readonly KeptGroup[]): void;
}

/**
 * Keeps the last `most` groups that teach and replays them in the place of groups that teach nothing, the newest first (after TRL's
 * experimental trainer with a replay buffer, which draws them by the spread and height of their rewards). A kept group stays what it was:
 * its tokens have the log-probabilities of the policy that sampled them, so that the loss's ratio corrects for its age.
 * A step replays a group at most once. Nothing is random, and everything follows from the groups that were sampled. A group that is not
 * finite is left out, for every step that replayed it would be skipped.
 */
export function createReplay({ most, ...options }: TeachingOptions & { readonly most: number }): Replay {
  const { completions } = options;
  let groups: readonly KeptGroup[] = [];
  const keep = (further: readonly KeptGroup[]): void => {
    const all = [...groups, ...further.filter(isFiniteGroup)];
    // slice(-0) would keep all.
    groups = all.slice(Math.max(0, all.length - most));
  };
  return {
    get groups() {
      return groups;
    },
    load: (kept) => {
      groups = [];
      keep(kept);
    },
    replace: (sampled, step) => {
      const count = sampled.entries.length / completions;
      const teaching = teachingGroups(sampled, options);
      const others = Array.from({ length: count }, (_, group) => group).filter((group) => !teaching.includes(group));
      const chosen = groups.toReversed().slice(0, others.length);
      const places = Array.from({ length: count }, (_, group) => {
        const place = others.indexOf(group);
        return place >= 0 && place < chosen.length ? count + place : group;
      });
      const trained = chosen.length === 0 ? sampled : groupsOf(joined([sampled, ...chosen]), places, completions);
      keep(teaching.map((group) => ({ ...groupsOf(sampled, [group], completions), step })));
      return { trained, ages: chosen.map((group) => step - group.step), kept: groups.length };
    },
  };
}

function isFiniteGroup({ entries }: KeptGroup): boolean {
  return entries.every(({ completion: { logprobs, entropies } }) =>
    [logprobs, entropies].every((numbers) => numbers.every(Number.isFinite)),
  );
}
