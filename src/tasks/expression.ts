/** The value of an arithmetic expression, and the numbers that it uses in their order. */
export interface Evaluated {
  readonly value: number;
  readonly numbers: readonly number[];
}

/**
 * Evaluates `sum = product (("+" | "-") product)*`, `product = number ("*" number)*` over whole numbers without leading zeros.
 * Undefined for anything else: a sign, a bracket, a space, an empty text.
 */
export function evaluateExpression(text: string): Evaluated | undefined {
  const numbers: number[] = [];
  let position = 0;

  const number = (): number => {
    const start = position;
    while (isDigit(text[position])) position++;
    const digits = text.slice(start, position);
    if (digits === "" || (digits.length > 1 && digits[0] === "0")) return Number.NaN;
    numbers.push(Number(digits));
    return Number(digits);
  };

  const product = (): number => {
    let value = number();
    while (text[position] === "*") {
      position++;
      value *= number();
    }
    return value;
  };

  const sum = (): number => {
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

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}
