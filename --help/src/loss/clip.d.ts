import { type Surrogate, type Token } from "./token.js";
/** The bounds of PPO's clip, for the losses that have this clip. */
export declare const clipOptions: {
    clipLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
};
/** The third bound of PPO's clip. */
export declare const dualClipOption: {
    dualClip: import("zod").ZodPrefault<import("zod").ZodNullable<import("zod").ZodNumber>>;
};
export interface Clip {
    readonly clipLow: number;
    readonly clipHigh: number;
    readonly dualClip: number | null;
}
export declare function clipParameters({ clipLow, clipHigh, dualClip }: Clip): Readonly<Record<"clip_low" | "clip_high" | "dual_clip", number>>;
/** shaders/lib/clip.wgsl in double precision. */
export declare function clipped({ advantage, ratio, ratioSlope }: Pick<Token, "advantage" | "ratio" | "ratioSlope">, clip: Clip): Surrogate;
