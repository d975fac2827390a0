/// <reference types="@webgpu/types" />
/** One dispatch as it ran. Times are milliseconds. */
export interface DispatchTime {
    readonly kernel: string;
    readonly label: string;
    readonly scope: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly bytes: number;
    readonly start: number;
    readonly duration: number;
}
export interface SubmissionTime {
    readonly label: string;
    readonly encodeStart: number;
    readonly encodeEnd: number;
    readonly done: number;
    readonly dispatchCount: number;
    readonly dispatches: readonly DispatchTime[];
}
export interface StepTime {
    readonly step: number;
    readonly start: number;
    readonly end: number;
    readonly submissions: readonly SubmissionTime[];
}
/** What a profiled run measured. */
export interface Profile {
    readonly adapter: string;
    /** Whose clock timed the dispatches. */
    readonly clock: "gpu" | "host";
    /** A step that ran as always, timed as a whole. */
    readonly plain: StepTime;
    /** Steps whose every dispatch was timed in a compute pass of its own. */
    readonly steps: readonly StepTime[];
}
/** What a step costs on average: milliseconds and counts. */
export interface StepCost {
    readonly wall: number;
    /** Time of the host spent encoding. */
    readonly encode: number;
    readonly submissions: number;
    readonly dispatches: number;
}
/** Dispatches that belong together; times in milliseconds and counts are those of one step. */
export interface Group {
    readonly phase: string;
    readonly name: string;
    readonly calls: number;
    readonly time: number;
    /** Share of all GPU time. */
    readonly share: number;
    /** Billions of floating-point operations a second, for matrix products; other kernels count none. */
    readonly gflops: number | undefined;
    /** Gigabytes a second, as if every bound window moved once. */
    readonly gigabytes: number | undefined;
}
export interface ProfileSummary {
    readonly adapter: string;
    readonly clock: "gpu" | "host";
    readonly steps: readonly number[];
    readonly plain: StepCost;
    readonly profiled: StepCost;
    /** GPU time of all dispatches of a step, in milliseconds. */
    readonly gpu: number;
    readonly kernels: readonly Group[];
    readonly parts: readonly Group[];
    readonly labels: readonly Group[];
}
/** What a submission serves, by the name of its plan. */
export declare function phaseOf(submission: string): string;
export declare function summarizeProfile({ adapter, clock, plain, steps }: Profile): ProfileSummary;
/** The summary for people. */
export declare function formatProfile(summary: ProfileSummary): string;
