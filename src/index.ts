/** The package: the engine, the models, training by reinforcement learning, and the Node.js side that opens GPUs and files. */
export { architectures, buildModel } from "../models/index.ts";
export {
  aec,
  bonus,
  type Control,
  type ControlLaw,
  type Controller,
  type ControllerBehaviour,
  type ControllerFactory,
  type ControlState,
  clip,
  controllers,
  createController,
  defineController,
  entrocraft,
  entropic,
  fixed,
  type HeldEntropy,
  initialState,
  isMeasured,
  type Lever,
  type Loop,
  type Measured,
  none,
  type SavedControl,
  type SetFields,
  type StepSignals,
  stare,
  stepLoops,
  type TokenClass,
} from "./control/index.ts";
export type { ChatMessage, Prompt } from "./data/prompt.ts";
export { characterTokenizer, loadTokenizer, type Tokenizer, tokenizerFromFiles } from "./data/tokenizer.ts";
export type { DataExamples, Example } from "./data_sets/examples.ts";
export { charactersOf } from "./data_sets/examples.ts";
export type { LoadDataOptions, LoadExampleOptions } from "./data_sets/options.ts";
export type { DataProblems } from "./data_sets/problems.ts";
export * from "./engine.ts";
export { FileError } from "./io/files.ts";
export {
  createLoss,
  defineLoss,
  type LossContext,
  type LossDeclaration,
  type LossFactory,
  losses,
  type PolicyLoss,
  type Surrogate,
  type Token,
} from "./loss/index.ts";
export { NoAdapterError } from "./node/adapters.ts";
export { exportGguf, type GgufFile, type GgufOptions } from "./node/export_gguf.ts";
export { resolveData, resolveModel } from "./node/hub.ts";
export type { AdapterOptions } from "./node/load_adapter.ts";
export { loadData, loadExamples } from "./node/load_data.ts";
export { createModel, type LoadOptions, loadModel, type ModelBuilder, type SaveOptions, saveModel } from "./node/load_model.ts";
export { loadTrainerState, loadWarmStartState } from "./node/load_state.ts";
export { type AdapterDescription, listAdapters, type OpenDeviceOptions, openDevice } from "./node/open_device.ts";
export { type AdamW, type AdamWOptions, createAdamW } from "./optim/adamw.ts";
export type { Contradiction, Declaration, Factory } from "./options/define.ts";
export { decimal, flag, list, oneOf, option, section, text, whole } from "./options/schema.ts";
export {
  type Completion,
  createSampler,
  type GenerationOptions,
  type GenerationWatch,
  type Sampler,
  type SamplerOptions,
  type SamplingOptions,
} from "./policy/sampler.ts";
export { createScorer, type Scorer } from "./policy/score.ts";
export { createSupervisedUpdate, type SupervisedUpdate } from "./policy/supervised.ts";
export { createPolicyUpdate, type PolicyUpdate, type PolicyUpdateOptions, type StepContext } from "./policy/update.ts";
export { type Finding, formatFinding, type Severity } from "./report/findings.ts";
export { describeMetric, type Metrics } from "./report/metrics.ts";
export { ConfigError, parseSftConfig, parseTrainConfig, type SftConfig, type TrainConfig } from "./rl/config/index.ts";
export { createDiagnostics, type DiagnosticSettings, type Diagnostics, diagnosticSettings } from "./rl/diagnostics/index.ts";
export { type Evaluation, evaluatePolicy } from "./rl/evaluation/evaluate.ts";
export { meanPassAtK, passAtK } from "./rl/evaluation/pass_at_k.ts";
export { type GeneratedText, generate } from "./rl/generate.ts";
export type { GenerateOptions } from "./rl/generate_options.ts";
export { type EntropyOptions, type GRPOConfig, GRPOTrainer, type GRPOTrainerOptions } from "./rl/grpo_trainer.ts";
export { SkippedStepsError } from "./rl/learning/skipped_steps.ts";
export type { TokenClassFunction } from "./rl/learning/token_classes.ts";
export type { ModelAdapter, PolicyModel } from "./rl/model.ts";
export { type Completion as RewardedCompletion, defineReward, type RewardFactory, rewardFunctions } from "./rl/rewards/index.ts";
export {
  type NamedReward,
  RewardError,
  type RewardFailure,
  type RewardFunction,
  type RewardInput,
  type RewardScore,
  taskReward,
} from "./rl/scoring/rewards.ts";
export { createTrainer, type StepResult, type Trainer, type TrainerOptions } from "./rl/trainer.ts";
export type { SavedTrainer, TrainerState } from "./rl/trainer_state.ts";
export type { OfExamples, OfTask } from "./rl/warm_start/lessons.ts";
export type { SavedWarmStart, WarmStartState } from "./rl/warm_start/state.ts";
export { createWarmStart, type WarmStart, type WarmStartOptions, type WarmStartStep, warmStart } from "./rl/warm_start/warm_start.ts";
export type { StoredTensor, TensorSource } from "./stored_tensor.ts";
export { createTask, defineTask, type Problem, type Split, type Task, type TaskFactory, type TextProblem, tasks } from "./tasks/index.ts";
export { type ControllerRun, type ControllerScript, checkController, type Plant } from "./testing/check_controller.ts";
export { checkLoss, type LossErrors } from "./testing/check_loss.ts";
export { checkOp, type HostValue, type HostValues, type OpCheck, type OpErrors } from "./testing/check_op.ts";
export { given, integers, normal } from "./testing/values.ts";
