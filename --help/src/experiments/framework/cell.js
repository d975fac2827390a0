/** The work of a cell, for estimates of time. A rollout costs about as much as an update. */
export function workOf({ config: { grpo } }) {
    return (grpo.steps * (1 + grpo.updatesPerRollout)) / 2;
}
