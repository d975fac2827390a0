/// <reference types="@webgpu/types" />
import type { Family } from "./family.js";
/** For products NT of few rows on a GPU: lanes add along K in parallel. The bits differ from the tiles', so a call must name the family. */
export declare const vector: Family;
