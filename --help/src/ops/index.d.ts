export { type AdamWShard, type AdamWStepOptions, adamwStep } from "./adamw.js";
export { adamwCheck } from "./adamw_check.js";
export { add } from "./add.js";
export { addOnto } from "./add_onto.js";
export { cacheWrite } from "./cache_write.js";
export { causalAttention } from "./causal_attention.js";
export { columnSum } from "./column_sum.js";
export { type ControlWeightOptions, controlWeight } from "./control_weight.js";
export { type CovarianceSelectOptions, covarianceSelect } from "./covariance_select.js";
export { crossEntropy } from "./cross_entropy.js";
export { decodeAttention } from "./decode_attention.js";
export { type Call, defineOp, type Inputs, type Op, type OpDefinition, type OutputSpec, shapeError } from "./define.js";
export { embedding } from "./embedding.js";
export { type EntropyReduceOptions, entropyReduce } from "./entropy_reduce.js";
export { fromHalf } from "./from_half.js";
export type { GateName, GateOptions } from "./gate.js";
export { gelu } from "./gelu.js";
export { type GradientNormOptions, gradientNorm } from "./gradient_norm.js";
export type { HeadLayout } from "./heads.js";
export { layerNorm } from "./layer_norm.js";
export { logitsGradient } from "./logits_gradient.js";
export { type Layout, matmul, type Weight } from "./matmul/op.js";
export { metricReduce } from "./metric_reduce.js";
export { multiply } from "./multiply.js";
export { FINISHED, type NextTokenOptions, nextToken } from "./next_token.js";
export { qkNorm } from "./qk_norm.js";
export * from "./records.js";
export { rmsNorm } from "./rms_norm.js";
export { rope } from "./rope.js";
export { type RopeOptions, type RopeScaling, ropeTable } from "./rope_table.js";
export { sequenceRatio } from "./sequence_ratio.js";
export { swiglu } from "./swiglu.js";
export { toHalf } from "./to_half.js";
export { KL_ESTIMATES, type KlEstimate, type TokenLossModule, type TokenLossOptions, tokenLoss } from "./token_loss.js";
export { tokenStatistics } from "./token_statistics.js";
/** An op of the library and the kernels it launches, forward and backward. */
export interface RegisteredOp {
    readonly op: {
        readonly definition: {
            readonly name: string;
        };
    };
    readonly kernels: readonly string[];
}
/** Every op by name. test/ops/conventions.test.ts demands a reference and a test for each op, and an op for every kernel. */
export declare const ops: {
    readonly adamw: {
        readonly op: import("./define.js").Op<{
            gradients: import("../engine.js").Tensor;
            optimizer_state: import("../engine.js").Tensor;
            weights: import("../engine.js").Tensor;
            first: import("../engine.js").Tensor;
            second: import("../engine.js").Tensor;
        }, "first" | "second" | "weights", import("./adamw.js").AdamWStepOptions>;
        readonly kernels: readonly ["optim/adamw"];
    };
    readonly adamw_check: {
        readonly op: import("./define.js").Op<Readonly<Record<string, import("../engine.js").Tensor>>, "partial" | "state", {
            readonly shards: readonly import("./adamw.js").AdamWStepOptions[];
        }>;
        readonly kernels: string[];
    };
    readonly add: {
        readonly op: import("./define.js").Op<{
            a: import("../engine.js").Tensor;
            b: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: readonly ["elementwise/add"];
    };
    readonly add_onto: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            onto: import("../engine.js").Tensor;
        }, "y", {
            accumulate: import("../engine.js").Scalar;
        }>;
        readonly kernels: readonly ["elementwise/add_onto"];
    };
    readonly cache_write: {
        readonly op: import("./define.js").Op<{
            qkv: import("../engine.js").Tensor;
            sequence: import("../engine.js").Tensor;
            positions: import("../engine.js").Tensor;
            cache_keys: import("../engine.js").Tensor;
            cache_values: import("../engine.js").Tensor;
        }, "cache_keys" | "cache_values", {
            readonly layout: import("./heads.js").HeadLayout;
        }>;
        readonly kernels: readonly ["attention/cache_write"];
    };
    readonly causal_attention: {
        readonly op: import("./define.js").Op<{
            qkv: import("../engine.js").Tensor;
            sequence_start: import("../engine.js").Tensor;
            sequence_end: import("../engine.js").Tensor;
        }, "out" | "log_sum_exp", {
            readonly layout: import("./heads.js").HeadLayout;
            readonly sharing?: import("./causal_attention.js").OperandSharing | undefined;
        }>;
        readonly kernels: string[];
    };
    readonly column_sum: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            onto?: import("../engine.js").Tensor | undefined;
        }, "y", {
            readonly blockRows: number;
            readonly accumulate: import("../engine.js").Scalar;
        }>;
        readonly kernels: readonly ["norm/column_sum"];
    };
    readonly control_weight: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            sequence_begin: import("../engine.js").Tensor;
            control: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
        }, "token_inputs", import("./control_weight.js").ControlWeightOptions>;
        readonly kernels: readonly ["policy/control_weight"];
    };
    readonly covariance_select: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
            count: import("../engine.js").Tensor;
        }, "count" | "key" | "selected", import("./covariance_select.js").CovarianceSelectOptions>;
        readonly kernels: readonly ["policy/covariance_select"];
    };
    readonly cross_entropy: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
        }, "token_metrics" | "coefficients", Record<never, never>>;
        readonly kernels: readonly ["policy/cross_entropy"];
    };
    readonly decode_attention: {
        readonly op: import("./define.js").Op<{
            qkv: import("../engine.js").Tensor;
            positions: import("../engine.js").Tensor;
            cache_keys: import("../engine.js").Tensor;
            cache_values: import("../engine.js").Tensor;
        }, "out", {
            readonly layout: import("./heads.js").HeadLayout;
            readonly split?: import("./decode_attention.js").DecodeSplit | undefined;
        }>;
        readonly kernels: string[];
    };
    readonly embedding: {
        readonly op: import("./define.js").Op<{
            tokens: import("../engine.js").Tensor;
            weight: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: string[];
    };
    readonly entropy_reduce: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
            control: import("../engine.js").Tensor;
        }, "partial" | "control", import("./entropy_reduce.js").EntropyReduceOptions>;
        readonly kernels: string[];
    };
    readonly from_half: {
        readonly op: import("./define.js").Op<{
            half: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: readonly ["elementwise/from_half"];
    };
    readonly gelu: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: string[];
    };
    readonly gradient_norm: {
        readonly op: import("./define.js").Op<Readonly<Record<string, import("../engine.js").Tensor>>, "partial" | "state", import("./gradient_norm.js").GradientNormOptions>;
        readonly kernels: string[];
    };
    readonly layer_norm: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            weight: import("../engine.js").Tensor;
            bias: import("../engine.js").Tensor;
        }, "y" | "mean" | "inverse_std", {
            readonly eps: number;
        }>;
        readonly kernels: string[];
    };
    readonly logits_gradient: {
        readonly op: import("./define.js").Op<{
            actions: import("../engine.js").Tensor;
            coefficients: import("../engine.js").Tensor;
            statistics: import("../engine.js").Tensor;
            logits: import("../engine.js").Tensor;
        }, "logits", {
            readonly inverseTemperature: import("../engine.js").Scalar;
        }>;
        readonly kernels: readonly ["policy/logits_gradient"];
    };
    readonly matmul: {
        readonly op: import("./define.js").Op<import("./matmul/problem.js").MatmulInputs, import("./matmul/problem.js").MatmulOutputs, import("./matmul/problem.js").MatmulAttributes>;
        readonly kernels: string[];
    };
    readonly metric_reduce: {
        readonly op: import("./define.js").Op<{
            token_metrics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
            into?: import("../engine.js").Tensor | undefined;
        }, "partial" | "metrics", Record<never, never>>;
        readonly kernels: string[];
    };
    readonly multiply: {
        readonly op: import("./define.js").Op<{
            a: import("../engine.js").Tensor;
            b: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: readonly ["elementwise/multiply"];
    };
    readonly next_token: {
        readonly op: import("./define.js").Op<{
            position: import("../engine.js").Tensor;
            token: import("../engine.js").Tensor;
            done: import("../engine.js").Tensor;
            completions: import("../engine.js").Tensor;
            completion_statistics: import("../engine.js").Tensor;
        } & {
            logits: import("../engine.js").Tensor;
            sequence_key: import("../engine.js").Tensor;
            stop_tokens: import("../engine.js").Tensor;
        }, keyof {
            position: import("../engine.js").Tensor;
            token: import("../engine.js").Tensor;
            done: import("../engine.js").Tensor;
            completions: import("../engine.js").Tensor;
            completion_statistics: import("../engine.js").Tensor;
        }, import("./next_token.js").NextTokenOptions>;
        readonly kernels: readonly ["sample/next_token"];
    };
    readonly qk_norm: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            query_weight: import("../engine.js").Tensor;
            key_weight: import("../engine.js").Tensor;
        }, "y" | "inverse_rms", {
            readonly layout: import("./heads.js").HeadLayout;
        } & {
            readonly eps: number;
        }>;
        readonly kernels: string[];
    };
    readonly rms_norm: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            weight: import("../engine.js").Tensor;
        }, "y" | "inverse_rms", {
            readonly eps: number;
        }>;
        readonly kernels: string[];
    };
    readonly rope: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            positions: import("../engine.js").Tensor;
            table: import("../engine.js").Tensor;
        }, "y", {
            readonly layout: import("./heads.js").HeadLayout;
            readonly direction: 1 | -1;
        }>;
        readonly kernels: readonly ["attention/rope"];
    };
    readonly sequence_ratio: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
            sequence_begin: import("../engine.js").Tensor;
        }, "mean_difference", {
            readonly sequences: import("../engine.js").Scalar;
        }>;
        readonly kernels: readonly ["policy/sequence_ratio"];
    };
    readonly swiglu: {
        readonly op: import("./define.js").Op<{
            gate_up: import("../engine.js").Tensor;
        }, "y", Record<never, never>>;
        readonly kernels: string[];
    };
    readonly to_half: {
        readonly op: import("./define.js").Op<{
            x: import("../engine.js").Tensor;
            into?: import("../engine.js").Tensor | undefined;
        }, "half", Record<never, never>>;
        readonly kernels: readonly ["elementwise/to_half"];
    };
    readonly token_loss: {
        readonly op: import("./define.js").Op<{
            statistics: import("../engine.js").Tensor;
            token_inputs: import("../engine.js").Tensor;
            control: import("../engine.js").Tensor;
            extra?: import("../engine.js").Tensor | undefined;
        }, "token_metrics" | "coefficients", import("./token_loss.js").TokenLossOptions>;
        readonly kernels: readonly ["policy/token_loss"];
    };
    readonly token_statistics: {
        readonly op: import("./define.js").Op<{
            logits: import("../engine.js").Tensor;
            actions: import("../engine.js").Tensor;
            into?: import("../engine.js").Tensor | undefined;
        }, "statistics", {
            readonly inverseTemperature: import("../engine.js").Scalar;
        }>;
        readonly kernels: readonly ["policy/token_statistics"];
    };
};
