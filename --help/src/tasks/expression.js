/**
 * Evaluates `sum = product (("+" | "-") product)*`, `product = number ("*" number)*` over whole numbers without leading zeros.
 * Undefined for anything else: a sign, a bracket, a space, an empty text.
 */
export function evaluateExpression(text) {
    const numbers = [];
    let position = 0;
    const number = () => {
        const start = position;
        while (isDigit(text[position]))
            position++;
        const digits = text.slice(start, position);
        if (digits === "" || (digits.length > 1 && digits[0] === "0"))
            return Number.NaN;
        numbers.push(Number(digits));
        return Number(digits);
    };
    const product = () => {
        let value = number();
        while (text[position] === "*") {
            position++;
            value *= number();
        }
        return value;
    };
    const sum = () => {
        let value = product();
        while (text[position] === "+" || text[position] === "-") {
            const sign = text[position++] === "+" ? 1 : -1;
            value += sign * product();
        }
        return value;
    };
    const value = sum();
    // A missing number has made the value NaN, and text that no rule took is left over.
    return position < text.length || !Number.isFinite(value) ? undefined : { value, numbers };
}
function isDigit(character) {
    return character !== undefined && character >= "0" && character <= "9";
}
