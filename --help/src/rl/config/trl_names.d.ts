import type { Hints } from "../../options/problems.js";
/** Hints for those who come from TRL, whose names are written with underscores or in camel case. */
export declare const hints: Hints;
