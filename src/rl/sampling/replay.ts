import { groupsOf, joined, type ScoredRollout, teachingGroups } from "./dynamic_sampling.ts";

/** A group with differing rewards that was learned from, and the step that sampled it. */
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

/** The last groups with differing rewards. */
export interface Replay {
  /** Puts kept groups in the place of groups that teach nothing, and keeps the step's own that teach. */
  replace(sampled: ScoredRollout, step: number): Replayed;
  /** The kept groups, the newest last. */
  readonly groups: readonly KeptGroup[];
  /** Goes on with groups that were kept before. */
  load(groups: readonly KeptGroup[]): void;
}

/**
 * Keeps the last `most` groups with differing rewards and replays them in the place of groups whose rewards are all alike, the newest
 * first (after TRL's experimental trainer with a replay buffer, which draws them by the spread and height of their rewards). A kept group
 * stays what it was: its tokens have the log-probabilities of the policy that sampled them, so that the loss's ratio corrects for its age.
 * A step replays a group at most once. Nothing is random, and everything follows from the groups that were sampled.
 */
export function createReplay({ most, completions }: { readonly most: number; readonly completions: number }): Replay {
  let groups: readonly KeptGroup[] = [];
  return {
    get groups() {
      return groups;
    },
    load: (kept) => {
      groups = kept.slice(-most);
    },
    replace: (sampled, step) => {
      const count = sampled.entries.length / completions;
      const teaching = teachingGroups(sampled, completions);
      const others = Array.from({ length: count }, (_, group) => group).filter((group) => !teaching.includes(group));
      const chosen = groups.toReversed().slice(0, others.length);
      const places = Array.from({ length: count }, (_, group) => {
        const place = others.indexOf(group);
        return place >= 0 && place < chosen.length ? count + place : group;
      });
      const trained = chosen.length === 0 ? sampled : groupsOf(joined([sampled, ...chosen]), places, completions);
      groups = [...groups, ...teaching.map((group) => ({ ...groupsOf(sampled, [group], completions), step }))].slice(-most);
      return { trained, ages: chosen.map((group) => step - group.step), kept: groups.length };
    },
  };
}
