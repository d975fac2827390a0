import type { Study } from "./framework/study.js";
/** Every study by the name that the command `experiment` knows it by. Its settings are in configs/experiments, under the name with underscores. */
export declare const studies: Readonly<Record<string, Study>>;
