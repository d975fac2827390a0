import { advantages } from "./advantages/study.ts";
import { autoTarget } from "./auto_target.ts";
import { baselines } from "./baselines.ts";
import { gains } from "./gains/study.ts";
import { multiTarget } from "./multi_target.ts";
import { stability } from "./stability.ts";
import type { Study } from "./study.ts";
import { target } from "./target.ts";
import { tau } from "./tau.ts";
import { temperature } from "./temperature.ts";
import { toyControl } from "./toy_control/study.ts";

const all: readonly Study[] = [toyControl, tau, baselines, target, advantages, stability, gains, autoTarget, multiTarget, temperature];

/** Every study by the name that `entropic experiment` knows it by. Its settings are in configs/experiments, under the name with underscores. */
export const studies: Readonly<Record<string, Study>> = Object.fromEntries(all.map((study) => [study.name, study]));
