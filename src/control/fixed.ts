import { type Controller, initialControl, withFields } from "./contract.ts";

/** alpha stays what it is given, for open-loop measurements. */
export function fixed(alpha: number): Controller {
  return {
    name: "fixed",
    initial: () => initialControl({ alpha }),
    update: () => {},
    step: (state, entropy) => withFields(state, { entropy }),
  };
}

/** No control: plain GRPO. */
export function none(): Controller {
  return { ...fixed(0), name: "none" };
}
