import { adjustable, decimal, section } from "../options/schema.ts";
import { type ControllerBehaviour, defineController } from "./define.ts";
import { initialState } from "./state.ts";

/** alpha stays at a given value, for measurements without feedback. */
export const fixed = defineController({
  key: "fixed",
  description: "A constant alpha, for measurements without feedback.",
  options: section({ alpha: adjustable(decimal({ min: -1, max: 1 }), 0, "The constant alpha.") }),
  build: ({ alpha }) => ({
    label: `GRPO, alpha ${alpha}`,
    holds: [],
    usesAlpha: true,
    actsOnAdvantages: true,
    ...constant({ loops: [{ alpha }] }),
  }),
});

/** No control: plain GRPO. */
export const none = defineController({
  key: "none",
  description: "Plain GRPO, without entropy control.",
  options: section({}),
  build: () => ({ label: "GRPO", holds: [], usesAlpha: false, actsOnAdvantages: true, ...constant({}) }),
});

/** A state that nothing moves; a resumed run takes it from its own options. */
export function constant(given: Parameters<typeof initialState>[0]): Pick<ControllerBehaviour, "initial" | "resumed"> {
  return { initial: () => initialState(given), resumed: () => initialState(given) };
}
