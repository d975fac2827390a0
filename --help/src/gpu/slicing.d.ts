/** How large the slices of a device's submissions are. */
export interface Slicing {
    /** The size at which a slice of the submissions of this label ends. */
    limitOf(label: string): number;
    /** Counts a submission that is done: how many slices it had, their size in all, and how long they took together. */
    measured(label: string, slices: number, size: number, milliseconds: number): void;
}
/** `dispatches`: a fixed limit, the most dispatches of a slice; 0 never cuts. Left out: slices adapt. */
export declare function createSlicing(dispatches?: number): Slicing;
/** What a dispatch adds to the size of its slice. */
export declare function sizeOf(operations: number): number;
