import { type TrainConfig } from "./sections.js";
/** An option that a resume changed, and after which step. The list `changes` of a run's config.yaml holds these. */
export interface OptionChange {
    readonly after: number;
    readonly option: string;
    readonly from: unknown;
    readonly to: unknown;
}
/**
 * What a resume after `step` steps changes. Options say themselves, in their schema, whether they may change (`adjustable`).
 * @throws ConfigError with one line for each option that may not
 */
export declare function changesInResume(before: TrainConfig, now: TrainConfig, step: number): OptionChange[];
/** Earlier changes and those of a resume after `step` steps. A run that goes on from an earlier step than a change has it from there. */
export declare function withChanges(earlier: readonly OptionChange[], now: readonly OptionChange[], step: number): OptionChange[];
/** The changes that a run's config.yaml, as plain data, lists. Entries of another form are left out. */
export declare function recordedChanges(value: unknown): OptionChange[];
/** A configuration without the list, which tells of a run and configures nothing. */
export declare function withoutChanges(value: unknown): unknown;
