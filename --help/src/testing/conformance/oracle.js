import { compareCase, runCase, TOLERANCES } from "../verify_case.js";
/** How far each quantity of a case is off, and in which tensor that was. */
export function measuresOfCase(actual, { expected }, tolerances = TOLERANCES) {
    const worst = [...compareCase(actual, expected)].filter(([quantity]) => tolerances[quantity] !== undefined);
    return worst.map(([quantity, { error, tensor }]) => {
        const name = tensor === quantity ? quantity : `${quantity} (${tensor})`;
        return { name, error, tolerance: tolerances[quantity] };
    });
}
/** Stored cases as a group. `keep` gets what the device computed. */
export function oracleGroup(stored, keep) {
    return {
        name: "oracle",
        description: "whole models, losses, gradients and optimiser steps beside stored results in double precision",
        cases: stored.map((one) => ({
            name: one.name,
            level: "quick",
            details: { options: JSON.stringify(one.options) },
            run: async ({ device }) => {
                const actual = await runCase(device, one.build(), one);
                await keep?.(one.name, actual);
                return one.expected ? measuresOfCase(actual, one) : [];
            },
        })),
    };
}
