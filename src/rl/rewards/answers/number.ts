import { add, divide, factorial, fromDecimal, multiply, negate, power, type Rational, rational } from "./rational.ts";

/** A number as it is written, with what it says beside its value. */
export interface WrittenNumber {
  readonly value: Rational;
  readonly isPercent: boolean;
}

/** Longer texts are no numbers. */
const LONGEST = 400;

/**
 * The number that a whole text writes, exactly: "18.00", "-1,234", "3/4", "\frac{3}{4}", "1 3/4", "2^{10}", "1.5e3", "3 \times 10^4", "50%",
 * "$18", "18 dollars", "5 million", "5!". undefined for any other text, such as "5x" or "3 or 4".
 */
export function readNumber(text: string): WrittenNumber | undefined {
  if (text.length > LONGEST) return undefined;
  const { number, isPercent, factor } = withoutUnits(plainMath(text));
  const signed = readSigned(number);
  const value = signed && multiply(signed, factor);
  return value && { value, isPercent };
}

/**
 * A text with LaTeX's spaces, dollar signs, brackets around groups of digits and look-alike characters written plainly. Two backslashes, which
 * end a row of a matrix, stay, whatever follows them.
 */
export function plainMath(text: string): string {
  return text
    .replace(/(\d)(?=[\u00bc-\u00be\u2150-\u215e])/g, "$1 ")
    .replace(/(?<=[\d)])[\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207b]+/g, (raised) => `^{${raised.normalize("NFKC")}}`)
    .normalize("NFKC")
    .replace(/[\u2212\u2013\u2014]/g, "-")
    .replace(/\u2044/g, "/")
    .replace(/\\(?:left|right|displaystyle|limits)(?![a-z])/g, "")
    .replace(/\\[dtc]frac(?![a-z])/g, "\\frac")
    .replace(/\\(?:text|mathrm|mathbf|textbf|mathit|operatorname|mbox)\s*\{([^{}]*)\}/g, " $1 ")
    .replace(/\\(?:times|cdot)(?![a-z])|×|·/g, "*")
    .replace(/\\(?:approx|simeq)(?![a-z])|≈/g, "=")
    .replace(/(\d)(?:\{,\}|\\[,!]|,\\!)\s*(?=\d{3})/g, "$1,")
    .replace(/(\\\\)|\\[,;:!> ]|~|\\q?quad(?![a-z])/g, "$1 ")
    .replace(/\\%/g, "%")
    .replace(/\\\$|\$/g, "$")
    .replace(/(\\\\)|\\[([]|\\[\])]|\*\*|`/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

const CURRENCY = /^([-+]?) ?(?:US|A|C|HK)?[$€£¥₹](?: ?)([-+]?)|^(?:USD|EUR|GBP|Rs\.?) ?/;
const SCALE: Readonly<Record<string, bigint>> = {
  hundred: 100n,
  thousand: 1_000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};

/** Words that join two values; what they follow is no unit. */
const JOINS = /\b(?:or|and|to|plus|minus|times|if|when|x|y|z)\b/i;
/** A word ends in a letter, so that a hyphen before a digit belongs to the power alone: a text must be a unit in one way at most. */
const UNIT_LETTER = "[A-Za-zμΩ°']";
const UNIT_WORD = `(?:${UNIT_LETTER}(?:${UNIT_LETTER}|-)*${UNIT_LETTER}|[mgshlLdKCFNJWVA°€£¥])\\.?(?:\\^?\\{?-?\\d\\}?)?`;
const UNITS = new RegExp(`^ ?(?:(?:\\^?\\{?\\\\circ\\}?|°) ?[CFK]?|\\$|${UNIT_WORD}(?:[ /]+${UNIT_WORD}){0,3})$`);

/** What ends a sentence. The "!" behind a number is a factorial. */
const PUNCTUATION = /(?:[.,;:]|(?<![\d)!])!)+$/;

/** Takes currency signs, units, a percent sign and words such as million off a number. */
function withoutUnits(text: string): { readonly number: string; readonly isPercent: boolean; readonly factor: Rational } {
  const bare = text
    .replace(/^\$([^$]*)\$$/, "$1")
    .replace(PUNCTUATION, "")
    .trim();
  const whole = bare.replace(CURRENCY, "$1$2").replace(/\$$/, "").trim();
  const end = lengthOfNumber(whole);
  const number = whole.slice(0, end).trim();
  const rest = whole.slice(end).trim();
  const percent = /^(?:%|percent\b|per cent\b|percentage points?\b)\s*/i.exec(rest);
  const after = percent ? rest.slice(percent[0].length) : rest;
  const scale = /^(hundred|thousand|million|billion|trillion)s?\b\s*/i.exec(after);
  const unit = scale ? after.slice(scale[0].length) : after;
  const isUnit = unit === "" || (UNITS.test(unit) && !JOINS.test(unit));
  return {
    number: isUnit ? number : "",
    isPercent: percent !== null,
    factor: rational(scale ? SCALE[scale[1]!.toLowerCase()]! : 1n)!,
  };
}

/** How many characters at the front of a text may belong to a number. A letter ends it, but for an exponent and for LaTeX's fractions. */
function lengthOfNumber(text: string): number {
  const match = /^(?:\\frac\s*(?:\{[^{}]*\}|\d)\s*(?:\{[^{}]*\}|\d)|\d[eE][-+]?\d+|\^ ?\{?[-+]?\d+\}?|(?<=\d)!|[\d.,/ ()*+-])*/.exec(text);
  return match![0].length;
}

function readSigned(text: string): Rational | undefined {
  const match = /^([-+]?)\s*(.*)$/.exec(text)!;
  const value = readProduct(match[2]!.trim());
  return value && match[1] === "-" ? negate(value) : value;
}

/** Factors, as of "3 * 10^4". */
function readProduct(text: string): Rational | undefined {
  const factors = text.split("*").map((factor) => readFactor(factor.trim()));
  return factors.reduce((product, factor) => product && factor && multiply(product, factor));
}

function readFactor(text: string): Rational | undefined {
  const inner = /^\(([^()]*)\)$/.exec(text);
  if (inner) return readSigned(inner[1]!.trim());
  const mixed = /^(\d+)\s*(?:\+\s*)?(\\frac.*|(?<=\s)\d+\s*\/\s*\d+)$/.exec(text);
  if (mixed) {
    const [whole, part] = [fromDecimal(mixed[1]!), readFraction(mixed[2]!)];
    return whole && part && add(whole, part);
  }
  return readFraction(text) ?? readSingle(text);
}

function readFraction(text: string): Rational | undefined {
  const match = /^\\frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))$/.exec(text) ?? /^([^/]+)()\/([^/]+)$/.exec(text);
  if (match === null) return undefined;
  const [over, under] = [match[1] ?? match[2], match[3] ?? match[4]].map((part) => readPart(part!.trim()));
  return over && under && divide(over, under);
}

/** One side of a fraction: a number without a fraction of its own. */
function readPart(text: string): Rational | undefined {
  const match = /^\(?([-+]?)\s*([^()]*)\)?$/.exec(text);
  const value = match && readSingle(match[2]!);
  return value && match[1] === "-" ? negate(value) : (value ?? undefined);
}

/** A number without a fraction. */
function readSingle(text: string): Rational | undefined {
  return readPower(text) ?? readFactorial(text) ?? readDecimal(text);
}

function readFactorial(text: string): Rational | undefined {
  const match = /^(\d{1,3})!$/.exec(text);
  return match === null ? undefined : factorial(Number(match[1]));
}

function readPower(text: string): Rational | undefined {
  const match = /^([\d.,]+|\([-+]?[\d.,]+\)) ?\^ ?\{?([-+]?\d+)\}?$/.exec(text);
  const base = match && readPart(match[1]!);
  const exponent = match && readPart(match[2]!);
  return base && exponent ? power(base, exponent) : undefined;
}

function readDecimal(text: string): Rational | undefined {
  const match = /^([\d., ]+?)(?:[eE]([-+]?\d{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  const digits = match[1]!;
  const isGrouped = /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/.test(digits) || /^\d{1,3}(?: \d{3})+(?:\.\d*)?$/.test(digits);
  const mantissa = fromDecimal(isGrouped ? digits.replace(/[ ,]/g, "") : digits);
  const exponent = rational(BigInt(match[2] ?? "0"))!;
  const scale = power(rational(10n)!, exponent);
  return mantissa && scale && multiply(mantissa, scale);
}
