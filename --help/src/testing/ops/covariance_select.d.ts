import type { HostValues } from "../check_op.js";
import type { OpCase } from "../op_case.js";
import { type CovarianceReferenceOptions } from "../reference/covariance_select.js";
/** Advantages of either sign around a mean that is not 0, some ratios beyond the clip, and every seventh row masked and NaN. */
export declare function covarianceTokens(rows: number, seed: number): HostValues;
export declare function covarianceCase(title: string, inputs: HostValues, options: CovarianceReferenceOptions): OpCase;
export declare const covarianceSelectCases: readonly OpCase[];
