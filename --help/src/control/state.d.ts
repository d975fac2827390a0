/// <reference types="@webgpu/types" />
import { CONTROL, LOOP } from "../ops/records.js";
export type ControlField = (typeof CONTROL.fields)[number];
export type LoopField = (typeof LOOP.fields)[number];
/** The numbers of a controller that all tokens have in common, by name. */
export type Control = Readonly<Record<ControlField, number>>;
/** The numbers of a feedback loop for all tokens or for one class of them, by name. */
export type Loop = Readonly<Record<LoopField, number>>;
/** What a controller knows and tells the loss, by name: `struct ControlState` in shaders/lib/control.wgsl. */
export interface ControlState {
    readonly control: Control;
    /** One loop for all tokens, or one for each class of tokens. */
    readonly loops: readonly Loop[];
}
/** A state in which both scales are 1 and everything else is 0, except the given fields. */
export declare function initialState(given?: {
    readonly control?: Partial<Control>;
    readonly loops?: readonly Partial<Loop>[];
}): ControlState;
/** Whether the batch measured a loop: it had tokens of it, and a finite entropy. Any other loop should stay as it is. */
export declare function isMeasured({ token_count, entropy }: Loop): boolean;
/** The state after every loop that the batch measured has taken a step. */
export declare function stepLoops({ control, loops }: ControlState, step: (loop: Loop) => Loop): ControlState;
/** The floats of a state, as the GPU holds them. */
export declare function packState({ control, loops }: ControlState): number[];
export declare function readState(floats: ArrayLike<number>): ControlState;
/** What a float of a state is called: "entropy", or "alpha of loop 1". */
export declare function nameOfFloat(index: number): string;
/** What a batch tells a controller: the mean entropy of each loop's tokens, in nats, and their number. */
export type Measured = readonly {
    readonly entropy: number;
    readonly tokens: number;
}[];
/** The floats of a state that a batch sets, by index: what entropy_reduce writes on the GPU. `gated` counts the tokens that a gate lets through. */
export declare function measuredFloats(measured: Measured, gated?: number): [index: number, value: number][];
/** The state after a batch has set its floats. */
export declare function measure(state: ControlState, measured: Measured): ControlState;
/** The loops as one: means weighted by the loops' tokens, and saturated where any loop is. A single loop stays exactly what it is. */
export declare function meanLoop(loops: readonly Loop[], tokens: readonly number[]): Pick<Loop, "alpha" | "error" | "integral" | "target_entropy" | "saturated">;
