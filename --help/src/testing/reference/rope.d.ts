import type { HeadLayout } from "../../ops/heads.js";
import type { HostValues } from "../check_op.js";
/** Query and key heads as complex numbers x1 + i x2, turned by the angle of their row's position, in double precision. */
export declare function ropeReference({ x, positions, table }: HostValues, { heads, keyValueHeads, headDim }: HeadLayout): {
    y: Float64Array;
};
