import { type Controller, initialControl, withFields } from "./contract.ts";

/** TRL's and verl's usual order of magnitude. */
const COEFFICIENT = 1e-3;

/**
 * The classic entropy bonus (Williams and Peng 1991; Mnih et al. 2016, arXiv 1602.01783): loss - coefficient * H with a constant coefficient.
 * It pushes entropy up and holds no target.
 * @throws when the coefficient is not a finite number
 */
export function bonus(coefficient: number = COEFFICIENT): Controller {
  if (!Number.isFinite(coefficient))
    throw new Error(`entropy.coefficient is ${coefficient}; it must be a number, for instance ${COEFFICIENT}`);
  return {
    name: "bonus",
    reports: ["entropy_coefficient"],
    initial: () => initialControl({ entropy_coefficient: coefficient }),
    update: () => {},
    step: (state, entropy) => withFields(state, { entropy }),
  };
}
