import { logitsGradient } from "../../ops/logits_gradient.js";
import { tokenStatistics } from "../../ops/token_statistics.js";
import { logitsGradientReference } from "../reference/logits_gradient.js";
import { integers, normal } from "../values.js";
const SHAPES = [
    [1, 3],
    [70, 16],
    [9, 37],
    [3, 262],
    [2, 520],
];
const inverseTemperature = Math.fround(1 / 0.7);
export const logitsGradientCases = SHAPES.map(([rows, vocabulary]) => ({
    name: "logits_gradient",
    title: `${rows} x ${vocabulary}`,
    // 1 - p loses digits where a token is nearly certain, as in the single row of three.
    tolerance: 2e-5,
    quick: rows === 70 || rows === 9,
    inputs: {
        logits: normal([rows, vocabulary], 1, 2),
        actions: integers([rows], vocabulary, 2),
        coefficients: normal([rows, 2], 3),
    },
    dynamicRows: ["logits", "actions", "coefficients"],
    op: ({ logits, actions, coefficients }) => {
        const statistics = tokenStatistics(logits, actions, { inverseTemperature });
        const given = { actions: actions, statistics, coefficients: coefficients, inverseTemperature };
        return { logits: logitsGradient(logits, given) };
    },
    reference: (inputs) => logitsGradientReference(inputs, inverseTemperature),
}));
