/// <reference types="@webgpu/types" />
import type { SubgroupMatrix } from "../../../gpu/subgroup_matrix.js";
import { type CheckedWay } from "./family.js";
/** For GPUs whose subgroups multiply small matrices in one instruction. This way is tried before the tiles where the user asked for it. */
export declare function matrixWay({ component, size }: SubgroupMatrix): CheckedWay;
