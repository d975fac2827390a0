/** The value of an arithmetic expression, and the numbers that it uses in their order. */
export interface Evaluated {
    readonly value: number;
    readonly numbers: readonly number[];
}
/**
 * Evaluates `sum = product (("+" | "-") product)*`, `product = number ("*" number)*` over whole numbers without leading zeros.
 * Undefined for anything else: a sign, a bracket, a space, an empty text.
 */
export declare function evaluateExpression(text: string): Evaluated | undefined;
