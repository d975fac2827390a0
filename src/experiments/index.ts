import type { Study } from "./study.ts";
import { tau } from "./tau.ts";
import { toyControl } from "./toy_control/study.ts";

/** Every study by the name that `entropic experiment` knows it by. Its settings are in configs/experiments, under the name with underscores. */
export const studies: Readonly<Record<string, Study>> = { [toyControl.name]: toyControl, [tau.name]: tau };
