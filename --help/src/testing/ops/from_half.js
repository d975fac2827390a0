import { fromHalf } from "../../ops/from_half.js";
import { fromHalfReference } from "../reference/from_half.js";
import { given } from "../values.js";
/** 1 and -2; the largest; a subnormal beside 0.333; zeros. */
const WORDS = [0xc0003c00, 0xfbff7bff, 0x35550001, 0];
export const fromHalfCases = [
    {
        name: "from_half",
        title: "exact with the low half of a word first",
        tolerance: 0,
        quick: true,
        inputs: { half: given([2, 2], WORDS, "u32") },
        dynamicRows: ["half"],
        op: ({ half }) => ({ y: fromHalf(half) }),
        reference: fromHalfReference,
    },
];
