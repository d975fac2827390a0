import type { GpuContext } from "./context.js";
/** Where the results of tuning outlive the process. A store may forget, but must not throw. */
export interface TuningStore {
    read(adapter: string): Promise<string | undefined>;
    write(adapter: string, text: string): Promise<void>;
}
/** A verdict about one check, or the choice among a request's candidates. `hash` stands for everything that it depends on. */
export type Entry = {
    readonly hash: string;
    readonly wrong: string | null;
} | {
    readonly hash: string;
    readonly name: string;
    readonly milliseconds: Readonly<Record<string, number>>;
};
/** What is known of an adapter: the entries of the store, and those found since. */
export interface TuningRecord {
    /** Reads the store, once. */
    load(): Promise<void>;
    /** What is known under a key, unless what it depends on has changed. */
    get(key: string, hash: string): Entry | undefined;
    set(key: string, entry: Entry): void;
    /** Writes the entries found since the last save. */
    save(): Promise<void>;
}
/** With `forget` the record starts empty, whatever the store holds. */
export declare function createTuningRecord(device: GpuContext, store: TuningStore | undefined, forget: boolean): TuningRecord;
/** A hash of the kernels' texts, and of the traits that change how they are compiled. */
export declare function hashKernels(device: GpuContext, kernels: readonly string[], more: string): string;
