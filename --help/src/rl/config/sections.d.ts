import { z } from "zod";
import { controllers } from "../../control/index.js";
import { losses } from "../../loss/index.js";
import { type OptionsOfAny } from "../../options/define.js";
declare const grpo: {
    preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
        dapo: "dapo";
    }>>>;
    steps: z.ZodPrefault<z.ZodNumber>;
    prompts: z.ZodPrefault<z.ZodNumber>;
    completions: z.ZodPrefault<z.ZodNumber>;
    maxNewTokens: z.ZodPrefault<z.ZodNumber>;
    temperature: z.ZodPrefault<z.ZodNumber>;
    topP: z.ZodPrefault<z.ZodNumber>;
    topK: z.ZodPrefault<z.ZodNumber>;
    learningRate: z.ZodPrefault<z.ZodNumber>;
    updatesPerRollout: z.ZodPrefault<z.ZodNumber>;
    microBatchRows: z.ZodPrefault<z.ZodNumber>;
    dynamicSampling: z.ZodPrefault<z.ZodNumber>;
    overlongBuffer: z.ZodPrefault<z.ZodNumber>;
    maskTruncated: z.ZodPrefault<z.ZodBoolean>;
    loss: z.ZodPrefault<z.ZodEnum<{
        cispo: "cispo";
        "clip-cov": "clip-cov";
        gspo: "gspo";
        "kl-cov": "kl-cov";
        "ppo-clip": "ppo-clip";
        reinforce: "reinforce";
        sapo: "sapo";
        "two-sided": "two-sided";
    }>>;
    advantage: z.ZodPrefault<z.ZodEnum<{
        none: "none";
        batch: "batch";
        grpo: "grpo";
        "dr-grpo": "dr-grpo";
        rloo: "rloo";
        "reinforce++": "reinforce++";
        nsr: "nsr";
        psr: "psr";
        "w-reinforce": "w-reinforce";
        "pass@k": "pass@k";
        gdpo: "gdpo";
    }>>;
    advantageK: z.ZodPrefault<z.ZodNumber>;
    advantageLambda: z.ZodPrefault<z.ZodNumber>;
    tis: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
    aggregate: z.ZodPrefault<z.ZodEnum<{
        constant: "constant";
        "token-mean": "token-mean";
        "sequence-mean": "sequence-mean";
    }>>;
    beta: z.ZodPrefault<z.ZodNumber>;
    kl: z.ZodPrefault<z.ZodEnum<{
        k1: "k1";
        k2: "k2";
        k3: "k3";
    }>>;
    entropyCoef: z.ZodPrefault<z.ZodNumber>;
    weightDecay: z.ZodPrefault<z.ZodNumber>;
    maxGradNorm: z.ZodPrefault<z.ZodNumber>;
    stopAfterSkipped: z.ZodPrefault<z.ZodNumber>;
    activations: z.ZodPrefault<z.ZodEnum<{
        f32: "f32";
        f16: "f16";
    }>>;
    weights: z.ZodPrefault<z.ZodEnum<{
        f32: "f32";
        f16: "f16";
    }>>;
};
declare const entropy: {
    preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
        paper: "paper";
    }>>>;
    controller: z.ZodPrefault<z.ZodEnum<{
        fixed: "fixed";
        none: "none";
        aec: "aec";
        bonus: "bonus";
        entrocraft: "entrocraft";
        pi: "pi";
    }>>;
    gate: z.ZodPrefault<z.ZodEnum<{
        probability: "probability";
        "entropy-effect": "entropy-effect";
    }>>;
    tau: z.ZodPrefault<z.ZodNumber>;
    alphaNorm: z.ZodPrefault<z.ZodEnum<{
        all: "all";
        gated: "gated";
    }>>;
};
/** The methods that a configuration names: its controller and its loss. Their options are keys of its sections. */
export interface Chosen {
    readonly controller: string;
    readonly loss: string;
}
/** The schema of `train`; `directory` is the default of output.dir. */
export declare function trainSchema(directory: string, { controller, loss }: Chosen): z.ZodObject<{
    model: z.ZodString;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    seed: z.ZodPrefault<z.ZodNumber>;
    memory: z.ZodPrefault<z.ZodNullable<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>>>;
    grpo: z.ZodPrefault<z.ZodObject<{
        preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
            dapo: "dapo";
        }>>>;
        steps: z.ZodPrefault<z.ZodNumber>;
        prompts: z.ZodPrefault<z.ZodNumber>;
        completions: z.ZodPrefault<z.ZodNumber>;
        maxNewTokens: z.ZodPrefault<z.ZodNumber>;
        temperature: z.ZodPrefault<z.ZodNumber>;
        topP: z.ZodPrefault<z.ZodNumber>;
        topK: z.ZodPrefault<z.ZodNumber>;
        learningRate: z.ZodPrefault<z.ZodNumber>;
        updatesPerRollout: z.ZodPrefault<z.ZodNumber>;
        microBatchRows: z.ZodPrefault<z.ZodNumber>;
        dynamicSampling: z.ZodPrefault<z.ZodNumber>;
        overlongBuffer: z.ZodPrefault<z.ZodNumber>;
        maskTruncated: z.ZodPrefault<z.ZodBoolean>;
        loss: z.ZodPrefault<z.ZodEnum<{
            cispo: "cispo";
            "clip-cov": "clip-cov";
            gspo: "gspo";
            "kl-cov": "kl-cov";
            "ppo-clip": "ppo-clip";
            reinforce: "reinforce";
            sapo: "sapo";
            "two-sided": "two-sided";
        }>>;
        advantage: z.ZodPrefault<z.ZodEnum<{
            none: "none";
            batch: "batch";
            grpo: "grpo";
            "dr-grpo": "dr-grpo";
            rloo: "rloo";
            "reinforce++": "reinforce++";
            nsr: "nsr";
            psr: "psr";
            "w-reinforce": "w-reinforce";
            "pass@k": "pass@k";
            gdpo: "gdpo";
        }>>;
        advantageK: z.ZodPrefault<z.ZodNumber>;
        advantageLambda: z.ZodPrefault<z.ZodNumber>;
        tis: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        aggregate: z.ZodPrefault<z.ZodEnum<{
            constant: "constant";
            "token-mean": "token-mean";
            "sequence-mean": "sequence-mean";
        }>>;
        beta: z.ZodPrefault<z.ZodNumber>;
        kl: z.ZodPrefault<z.ZodEnum<{
            k1: "k1";
            k2: "k2";
            k3: "k3";
        }>>;
        entropyCoef: z.ZodPrefault<z.ZodNumber>;
        weightDecay: z.ZodPrefault<z.ZodNumber>;
        maxGradNorm: z.ZodPrefault<z.ZodNumber>;
        stopAfterSkipped: z.ZodPrefault<z.ZodNumber>;
        activations: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
        weights: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
    }, z.core.$strict>>;
    entropy: z.ZodPrefault<z.ZodObject<{
        preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
            paper: "paper";
        }>>>;
        controller: z.ZodPrefault<z.ZodEnum<{
            fixed: "fixed";
            none: "none";
            aec: "aec";
            bonus: "bonus";
            entrocraft: "entrocraft";
            pi: "pi";
        }>>;
        gate: z.ZodPrefault<z.ZodEnum<{
            probability: "probability";
            "entropy-effect": "entropy-effect";
        }>>;
        tau: z.ZodPrefault<z.ZodNumber>;
        alphaNorm: z.ZodPrefault<z.ZodEnum<{
            all: "all";
            gated: "gated";
        }>>;
    }, z.core.$strict>>;
    eval: z.ZodPrefault<z.ZodObject<{
        prompts: z.ZodPrefault<z.ZodNumber>;
        completions: z.ZodPrefault<z.ZodNumber>;
        every: z.ZodPrefault<z.ZodNumber>;
    }, z.core.$strict>>;
    output: z.ZodPrefault<z.ZodObject<{
        dir: z.ZodPrefault<z.ZodString>;
        checkpointEvery: z.ZodPrefault<z.ZodNumber>;
        keepLast: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        keepBest: z.ZodPrefault<z.ZodBoolean>;
    }, z.core.$strict>>;
}, z.core.$strict>;
/** The options of `train` that do not depend on a controller or a loss, for documentation. */
export declare function commonTrainSchema(): z.ZodObject<{
    model: z.ZodString;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    seed: z.ZodPrefault<z.ZodNumber>;
    memory: z.ZodPrefault<z.ZodNullable<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>>>;
    eval: z.ZodPrefault<z.ZodObject<{
        prompts: z.ZodPrefault<z.ZodNumber>;
        completions: z.ZodPrefault<z.ZodNumber>;
        every: z.ZodPrefault<z.ZodNumber>;
    }, z.core.$strict>>;
    output: z.ZodPrefault<z.ZodObject<{
        dir: z.ZodPrefault<z.ZodString>;
        checkpointEvery: z.ZodPrefault<z.ZodNumber>;
        keepLast: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        keepBest: z.ZodPrefault<z.ZodBoolean>;
    }, z.core.$strict>>;
    grpo: z.ZodObject<{
        preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
            dapo: "dapo";
        }>>>;
        steps: z.ZodPrefault<z.ZodNumber>;
        prompts: z.ZodPrefault<z.ZodNumber>;
        completions: z.ZodPrefault<z.ZodNumber>;
        maxNewTokens: z.ZodPrefault<z.ZodNumber>;
        temperature: z.ZodPrefault<z.ZodNumber>;
        topP: z.ZodPrefault<z.ZodNumber>;
        topK: z.ZodPrefault<z.ZodNumber>;
        learningRate: z.ZodPrefault<z.ZodNumber>;
        updatesPerRollout: z.ZodPrefault<z.ZodNumber>;
        microBatchRows: z.ZodPrefault<z.ZodNumber>;
        dynamicSampling: z.ZodPrefault<z.ZodNumber>;
        overlongBuffer: z.ZodPrefault<z.ZodNumber>;
        maskTruncated: z.ZodPrefault<z.ZodBoolean>;
        loss: z.ZodPrefault<z.ZodEnum<{
            cispo: "cispo";
            "clip-cov": "clip-cov";
            gspo: "gspo";
            "kl-cov": "kl-cov";
            "ppo-clip": "ppo-clip";
            reinforce: "reinforce";
            sapo: "sapo";
            "two-sided": "two-sided";
        }>>;
        advantage: z.ZodPrefault<z.ZodEnum<{
            none: "none";
            batch: "batch";
            grpo: "grpo";
            "dr-grpo": "dr-grpo";
            rloo: "rloo";
            "reinforce++": "reinforce++";
            nsr: "nsr";
            psr: "psr";
            "w-reinforce": "w-reinforce";
            "pass@k": "pass@k";
            gdpo: "gdpo";
        }>>;
        advantageK: z.ZodPrefault<z.ZodNumber>;
        advantageLambda: z.ZodPrefault<z.ZodNumber>;
        tis: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        aggregate: z.ZodPrefault<z.ZodEnum<{
            constant: "constant";
            "token-mean": "token-mean";
            "sequence-mean": "sequence-mean";
        }>>;
        beta: z.ZodPrefault<z.ZodNumber>;
        kl: z.ZodPrefault<z.ZodEnum<{
            k1: "k1";
            k2: "k2";
            k3: "k3";
        }>>;
        entropyCoef: z.ZodPrefault<z.ZodNumber>;
        weightDecay: z.ZodPrefault<z.ZodNumber>;
        maxGradNorm: z.ZodPrefault<z.ZodNumber>;
        stopAfterSkipped: z.ZodPrefault<z.ZodNumber>;
        activations: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
        weights: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
    }, z.core.$strict>;
    entropy: z.ZodObject<{
        preset: z.ZodPrefault<z.ZodNullable<z.ZodEnum<{
            paper: "paper";
        }>>>;
        controller: z.ZodPrefault<z.ZodEnum<{
            fixed: "fixed";
            none: "none";
            aec: "aec";
            bonus: "bonus";
            entrocraft: "entrocraft";
            pi: "pi";
        }>>;
        gate: z.ZodPrefault<z.ZodEnum<{
            probability: "probability";
            "entropy-effect": "entropy-effect";
        }>>;
        tau: z.ZodPrefault<z.ZodNumber>;
        alphaNorm: z.ZodPrefault<z.ZodEnum<{
            all: "all";
            gated: "gated";
        }>>;
    }, z.core.$strict>;
}, z.core.$strict>;
/** The schema of `sft`; `directory` is the default of output.dir. */
export declare function sftSchema(directory: string): z.ZodObject<{
    model: z.ZodObject<{
        model_type: z.ZodString;
    }, z.core.$loose>;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    seed: z.ZodPrefault<z.ZodNumber>;
    memory: z.ZodPrefault<z.ZodNullable<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>>>;
    sft: z.ZodPrefault<z.ZodObject<{
        steps: z.ZodPrefault<z.ZodNumber>;
        batch: z.ZodPrefault<z.ZodNumber>;
        learningRate: z.ZodPrefault<z.ZodNumber>;
        warmupSteps: z.ZodPrefault<z.ZodNumber>;
        weightDecay: z.ZodPrefault<z.ZodNumber>;
        maxGradNorm: z.ZodPrefault<z.ZodNumber>;
        stopAfterSkipped: z.ZodPrefault<z.ZodNumber>;
        activations: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
        weights: z.ZodPrefault<z.ZodEnum<{
            f32: "f32";
            f16: "f16";
        }>>;
        stopAtPassAt1: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        evalEvery: z.ZodPrefault<z.ZodNumber>;
    }, z.core.$strict>>;
    eval: z.ZodPrefault<z.ZodObject<{
        prompts: z.ZodPrefault<z.ZodNumber>;
        completions: z.ZodPrefault<z.ZodNumber>;
    }, z.core.$strict>>;
    output: z.ZodPrefault<z.ZodObject<{
        dir: z.ZodPrefault<z.ZodString>;
        checkpointEvery: z.ZodPrefault<z.ZodNumber>;
        keepLast: z.ZodPrefault<z.ZodNullable<z.ZodNumber>>;
        keepBest: z.ZodPrefault<z.ZodBoolean>;
    }, z.core.$strict>>;
}, z.core.$strict>;
type Section<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;
/** All options of `train`. `parseTrainConfig` makes it, so every value is inside its range. */
export interface TrainConfig {
  readonly output: {
    /** The folder that the run writes to. Default: "runs/NAME". */
    readonly dir: string;
    /** Steps between two checkpoints. The last step is saved in any case; 0 saves only that. Default: 20. */
    readonly checkpointEvery: number;
    /** How many of the newest checkpoints stay. Older ones are removed once a new one is on the disk; null keeps all. Default: null. */
    readonly keepLast: number | null;
    /** With keepLast: whether the best checkpoint stays too. It is the one with the highest pass@1 among those whose step was evaluated (eval.every); where none was, the one with the highest mean reward. Default: false. */
    readonly keepBest: boolean;
};
  /** Where the policy comes from: the path of a folder in Hugging Face's layout. */
  readonly model: string;
  readonly task: {
    /** Which task: countdown, addition, sort, maze, mixture. */
    readonly name: string;
    readonly [key: string]: unknown;
};
  /** Seed of everything random: the order of prompts, sampling, initial weights. Default: 0. */
  readonly seed: number;
  /** The most GPU memory that the run may take, such as 10GiB. It is counted before anything is created; fewer sequences are sampled at a time where that makes it fit. null is as much as the adapter has. Default: null. */
  readonly memory: string | number | null;
  readonly eval: {
    /** Held-out prompts of an evaluation. Default: 128. */
    readonly prompts: number;
    /** Completions of each evaluation prompt: the k of pass@k. Default: 8. */
    readonly completions: number;
    /** Steps between two evaluations. The run is evaluated before and after in any case; 0 evaluates only then. Default: 20. */
    readonly every: number;
};
  readonly grpo: {
    /** A set of values to start from. dapo sets clipHigh 0.28, aggregate token-mean, dynamicSampling 3 and overlongBuffer a fifth of maxNewTokens; keys that are written out win. Default: null. */
    readonly preset: "dapo" | null;
    /** Number of training steps. Each samples completions once and learns from them. Default: 60. */
    readonly steps: number;
    /** Prompts in a step. Default: 32. */
    readonly prompts: number;
    /** Completions sampled for each prompt. They form a group and are compared with one another. Default: 8. */
    readonly completions: number;
    /** The longest completion, in tokens. Default: 8. */
    readonly maxNewTokens: number;
    /** What the logits are divided by, in sampling and in the loss. The entropy and its target are measured at this temperature. Default: 1. */
    readonly temperature: number;
    /** Sampling chooses among the smallest set of most probable tokens that has at least this probability; 1 allows all. Default: 1. */
    readonly topP: number;
    /** Sampling chooses among this many of the most probable tokens; 0 allows all. Default: 0. */
    readonly topK: number;
    /** AdamW's learning rate: about how far a step moves each weight. Default: 0.0003. */
    readonly learningRate: number;
    /** Optimiser steps on the completions of a step. With more than 1 the later ones are off-policy: the policy that learns is no longer the one that sampled. Default: 1. */
    readonly updatesPerRollout: number;
    /** The most tokens in one forward and backward pass. A larger step takes several passes, whose gradients add up. Default: 4096. */
    readonly microBatchRows: number;
    /** How many times a step may sample further problems to replace groups whose rewards are all alike; 0 never does. Default: 0. */
    readonly dynamicSampling: number;
    /** Punishes long completions: over the last so many tokens before maxNewTokens the reward falls evenly, by 1 in all; 0 punishes nothing. Default: 0. */
    readonly overlongBuffer: number;
    /** Whether completions that were cut off at maxNewTokens are left out of the loss. Default: false. */
    readonly maskTruncated: boolean;
    /** The policy loss: what the advantage of a token turns into. Each loss has options of its own. Default: "ppo-clip". */
    readonly loss: "cispo" | "clip-cov" | "gspo" | "kl-cov" | "ppo-clip" | "reinforce" | "sapo" | "two-sided";
    /** How rewards become advantages: grpo, dr-grpo, batch, rloo, reinforce++, nsr, psr, w-reinforce, pass@k, gdpo, none. The page method.md has the formulas. Default: "grpo". */
    readonly advantage: "grpo" | "none" | "batch" | "dr-grpo" | "rloo" | "reinforce++" | "nsr" | "psr" | "w-reinforce" | "pass@k" | "gdpo";
    /** The k of the advantage pass@k. It must be below grpo.completions. Default: 4. */
    readonly advantageK: number;
    /** The advantage of a right answer with w-reinforce. That of a wrong answer is -1. Default: 0.1. */
    readonly advantageLambda: number;
    /** The bound of truncated importance sampling. The trainer scores the completions again and weighs each token by its probability in the trainer over that in the sampler, but by no more than this bound. 2 is usual; null does not score again. Default: null. */
    readonly tis: number | null;
    /** How the losses of tokens become one number: token-mean is the mean over all tokens, sequence-mean the mean of the sequences' means, constant the sum divided by sequences times maxNewTokens. Default: "token-mean". */
    readonly aggregate: "constant" | "token-mean" | "sequence-mean";
    /** Weight of the KL divergence from the starting policy in the loss; 0 leaves it out. Default: 0. */
    readonly beta: number;
    /** How the KL divergence is estimated from the sampled tokens. The page method.md has the formulas. Default: "k3". */
    readonly kl: "k1" | "k2" | "k3";
    /** Weight of a plain entropy bonus in the loss, for comparison with entropy control. Default: 0. */
    readonly entropyCoef: number;
    /** AdamW's decoupled weight decay. It acts on matrices only. A step takes the share learningRate * weightDecay of each weight away, at most all of it. Default: 0.01. */
    readonly weightDecay: number;
    /** The largest norm of all gradients together. Larger ones are scaled down to it. Default: 1. */
    readonly maxGradNorm: number;
    /** Training stops after this many steps in a row that were skipped because their numbers were not finite. A skipped step changes no weight. Default: 5. */
    readonly stopAfterSkipped: number;
    /** How activations are kept for the backward pass. f16 takes half the memory and rounds them to 11 bits; the loss itself is computed from unrounded activations. Default: "f32". */
    readonly activations: "f32" | "f16";
    /** How matrix products read the weights. f16 reads copies that are rounded to 11 bits and take half the bytes; the weights that are trained and saved stay f32. Default: "f32". */
    readonly weights: "f32" | "f16";
    /** With cispo: The most that a probability ratio weighs a token. Default: 5. */
    readonly cispoBound?: number;
    /** With clip-cov: The share of the tokens of a pass that are selected, but at least one. Default: 0.0002.
     * 
     * With kl-cov: The share of the tokens of a pass that are selected, but at least one. Default: 0.0002. */
    readonly covFraction?: number;
    /** With clip-cov: Covariance above which tokens are drawn. Default: 1. */
    readonly covLow?: number;
    /** With clip-cov: Covariance below which tokens are drawn. Default: 5. */
    readonly covHigh?: number;
    /** With ppo-clip: A token with negative advantage also stops learning once its probability ratio is above this. Default: null.
     * 
     * With gspo: A token with negative advantage also stops learning once its probability ratio is above this. Default: null.
     * 
     * With clip-cov: A token with negative advantage also stops learning once its probability ratio is above this. Default: null. */
    readonly dualClip?: number | null;
    /** With ppo-clip: A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2.
     * 
     * With two-sided: A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2.
     * 
     * With gspo: A sequence with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.0003.
     * 
     * With clip-cov: A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2. */
    readonly clipLow?: number;
    /** With ppo-clip: A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2.
     * 
     * With two-sided: A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2.
     * 
     * With gspo: A sequence with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.0004.
     * 
     * With clip-cov: A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2. */
    readonly clipHigh?: number;
    /** With kl-cov: Weight of the penalty |log ratio|. Default: 1. */
    readonly covCoef?: number;
    /** With sapo: How fast tokens with positive advantage stop learning as their probability ratio leaves 1. Default: 1. */
    readonly sapoPositive?: number;
    /** With sapo: How fast tokens with negative advantage stop learning as their probability ratio leaves 1. Default: 1.05. */
    readonly sapoNegative?: number;
    /** With two-sided: A token with negative advantage also stops learning once its probability ratio is above this; it must exceed 1 + clipHigh. Default: 4. */
    readonly delta?: number;
};
  readonly entropy: {
    /** A set of values to start from. paper sets kp 1, ki 0.01, gate probability, tau 0.95 and target 0.1, for large models; keys that are written out win. Default: null. */
    readonly preset: "paper" | null;
    /** What steers the entropy. Each controller has options of its own. Default: "pi". */
    readonly controller: "none" | "fixed" | "aec" | "bonus" | "entrocraft" | "pi";
    /** Which tokens alpha reweights: probability takes those more probable than tau, entropy-effect takes every token by the sign of its effect on entropy. Default: "entropy-effect". */
    readonly gate: "probability" | "entropy-effect";
    /** The probability above which the gate `probability` lets a token through. Default: 0.95. */
    readonly tau: number;
    /** Which tokens the control term is averaged over: all of the completions, or only those that the gate lets through. Default: "all". */
    readonly alphaNorm: "all" | "gated";
    /** With aec: Change of the bonus in every step. Default: 0.0001. */
    readonly delta?: number;
    /** With fixed: The constant alpha. Default: 0. */
    readonly alpha?: number;
    /** With pi: The entropy to hold, in nats per token at grpo.temperature; auto: rho times that of the start. Default: 0.35.
     * 
     * With aec: Entropy below which the bonus acts, in nats per token. Default: 0.2. */
    readonly target?: number | "auto";
    /** With aec: Largest bonus. Default: 0.005. */
    readonly maxCoefficient?: number;
    /** With bonus: Weight of the bonus. Default: 0.001. */
    readonly coefficient?: number;
    /** With entrocraft: Entropy below which only wrong answers teach, in nats per token. Default: 0.3. */
    readonly low?: number;
    /** With entrocraft: Entropy above which only right answers teach. Default: 0.4. */
    readonly high?: number;
    /** With pi: Proportional gain: alpha per nat of error. Default: 10. */
    readonly kp?: number;
    /** With pi: Integral gain: alpha per nat of summed error; it removes the offset that kp leaves. Default: 1. */
    readonly ki?: number;
    /** With pi: Largest |alpha|; below 1 no token's gradient vanishes or flips. Default: 0.9. */
    readonly limit?: number;
    /** With pi: Stops the integral from growing while alpha stands at its limit. Default: true. */
    readonly antiWindup?: boolean;
    /** With pi: Where kp and ki come from: fixed takes them as given, auto finds them by an experiment of 24 steps at the start. Default: "fixed". */
    readonly gains?: "fixed" | "auto";
    /** With pi: Automatic gains: the share of an error that one step corrects; kp = lambda / authority. Default: 0.15. */
    readonly lambda?: number;
    /** With pi: Automatic gains: ki / kp. Default: 0.05. */
    readonly kiRatio?: number;
    /** With pi: Automatic target: the share of the mean entropy of the first anchorSteps steps that it starts at. Default: 0.8. */
    readonly rho?: number;
    /** With pi: Automatic target: how many steps at the start run without control, to measure the entropy there. Default: 8. */
    readonly anchorSteps?: number;
    /** With pi: Automatic target: the nats that it falls by in every step after the first anchorSteps steps. Default: 0. */
    readonly targetDecay?: number;
    /** With pi: Automatic target: the least entropy that it falls to, in nats. Default: 0. */
    readonly targetFloor?: number;
    /** With pi: Classes of tokens with a target each, such as { name: head, target: 0.5, from: 0 }; two or more, or none. Default: []. */
    readonly classes?: { name: string; target: number | "auto"; from?: number | undefined; }[];
    /** With pi: What tells the class of a token: position, its place in the answer, or the name of a column of its problem that holds the name of the class. Default: "position". */
    readonly classBy?: string;
};
}
/** All options of `sft`. `parseSftConfig` makes it. */
export interface SftConfig {
  readonly model: {
    /** The architecture, such as llama. */
    readonly model_type: string;
    readonly [key: string]: unknown;
};
  readonly task: {
    /** Which task: countdown, addition, sort, maze, mixture. */
    readonly name: string;
    readonly [key: string]: unknown;
};
  /** Seed of everything random: the order of prompts, sampling, initial weights. Default: 0. */
  readonly seed: number;
  /** The most GPU memory that the run may take, such as 10GiB. It is counted before anything is created; fewer sequences are sampled at a time where that makes it fit. null is as much as the adapter has. Default: null. */
  readonly memory: string | number | null;
  readonly sft: {
    /** The most optimiser steps. Default: 1000. */
    readonly steps: number;
    /** Solved examples in a step. Default: 256. */
    readonly batch: number;
    /** AdamW's learning rate after the warm-up. Default: 0.002. */
    readonly learningRate: number;
    /** Steps over which the learning rate rises from 0 to its value. Default: 50. */
    readonly warmupSteps: number;
    /** AdamW's decoupled weight decay. It acts on matrices only. A step takes the share learningRate * weightDecay of each weight away, at most all of it. Default: 0.01. */
    readonly weightDecay: number;
    /** The largest norm of all gradients together. Larger ones are scaled down to it. Default: 1. */
    readonly maxGradNorm: number;
    /** Training stops after this many steps in a row that were skipped because their numbers were not finite. A skipped step changes no weight. Default: 5. */
    readonly stopAfterSkipped: number;
    /** How activations are kept for the backward pass. f16 takes half the memory and rounds them to 11 bits; the loss itself is computed from unrounded activations. Default: "f32". */
    readonly activations: "f32" | "f16";
    /** How matrix products read the weights. f16 reads copies that are rounded to 11 bits and take half the bytes; the weights that are trained and saved stay f32. Default: "f32". */
    readonly weights: "f32" | "f16";
    /** The share of right answers among sampled ones at which the warm start ends, so that reinforcement learning has something left to do; null runs all steps. Default: 0.31. */
    readonly stopAtPassAt1: number | null;
    /** Steps between two measurements of pass@1. Default: 50. */
    readonly evalEvery: number;
};
  readonly eval: {
    /** Held-out prompts of an evaluation. Default: 128. */
    readonly prompts: number;
    /** Completions of each evaluation prompt: the k of pass@k. Default: 8. */
    readonly completions: number;
};
  readonly output: {
    /** The folder that the run writes to. Default: "runs/NAME". */
    readonly dir: string;
    /** Steps between two checkpoints. The last step is saved in any case; 0 saves only that. Default: 20. */
    readonly checkpointEvery: number;
    /** How many of the newest checkpoints stay. Older ones are removed once a new one is on the disk; null keeps all. Default: null. */
    readonly keepLast: number | null;
    /** With keepLast: whether the best checkpoint stays too. It is the one with the highest pass@1 among those whose step was evaluated (eval.every); where none was, the one with the highest mean reward. Default: false. */
    readonly keepBest: boolean;
};
}
export {};
