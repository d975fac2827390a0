import type { plotRuns } from "../report/plots.js";
type Pictures = Awaited<ReturnType<typeof plotRuns>>;
/** Writes pictures as SVG into a folder and returns their paths. */
export declare function writePictures(pictures: Pictures, folder: string): Promise<string[]>;
export {};
