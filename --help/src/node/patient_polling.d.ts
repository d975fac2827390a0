/// <reference types="@webgpu/types" />
/**
 * Dawn's Node binding waits for the GPU by calling `setImmediate` from its own callback for as long as anything is pending,
 * which keeps a core busy. A software GPU computes on the same cores; on two cores, waiting takes a third of their time. From
 * now on the binding's callbacks (and no others) are delayed by a millisecond once they have rescheduled themselves 64 times.
 * This pays on software adapters only: a hardware GPU leaves the core free, and a millisecond is long there.
 */
export declare function pollPatiently(): void;
