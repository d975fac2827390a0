import type { Study } from "./framework/study.ts";
import { advantages } from "./studies/advantages/study.ts";
import { autoTarget } from "./studies/auto_target.ts";
import { baselines } from "./studies/baselines.ts";
import { foundTarget } from "./studies/found_target.ts";
import { freshSeeds } from "./studies/fresh_seeds.ts";
import { gains } from "./studies/gains/study.ts";
import { generalise } from "./studies/generalise/study.ts";
import { largerModel } from "./studies/larger_model.ts";
import { largerModelLonger } from "./studies/larger_model_longer.ts";
import { learningRates } from "./studies/learning_rates.ts";
import { leftOpen } from "./studies/left_open.ts";
import { long } from "./studies/long.ts";
import { multiTarget } from "./studies/multi_target/study.ts";
import { newTask } from "./studies/new_task.ts";
import { regime } from "./studies/regime.ts";
import { stability } from "./studies/stability.ts";
import { target } from "./studies/target/study.ts";
import { tau } from "./studies/tau.ts";
import { temperature } from "./studies/temperature.ts";
import { toyControl } from "./studies/toy_control/study.ts";

const all: readonly Study[] = [
  ...[toyControl, tau, baselines, target, advantages, stability, gains, autoTarget, multiTarget, temperature],
  ...[long, freshSeeds, learningRates, leftOpen, regime, generalise, foundTarget, newTask, largerModel, largerModelLonger],
];

/** Every study by the name that the command `experiment` knows it by. Its settings are in configs/experiments, under the name with underscores. */
export const studies: Readonly<Record<string, Study>> = Object.fromEntries(all.map((study) => [study.name, study]));
