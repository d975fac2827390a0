import { advantages } from "./studies/advantages/study.js";
import { autoTarget } from "./studies/auto_target.js";
import { baselines } from "./studies/baselines.js";
import { gains } from "./studies/gains/study.js";
import { multiTarget } from "./studies/multi_target/study.js";
import { stability } from "./studies/stability.js";
import { target } from "./studies/target/study.js";
import { tau } from "./studies/tau.js";
import { temperature } from "./studies/temperature.js";
import { toyControl } from "./studies/toy_control/study.js";
const all = [toyControl, tau, baselines, target, advantages, stability, gains, autoTarget, multiTarget, temperature];
/** Every study by the name that the command `experiment` knows it by. Its settings are in configs/experiments, under the name with underscores. */
export const studies = Object.fromEntries(all.map((study) => [study.name, study]));
