import { quoted } from "../options/quote.ts";

/** The function of chat templates that writes the date, and the variable of a template that gives it another moment. */
export const DATE_FUNCTION = "strftime_now";

/** One moment for all that a process renders: a prompt must not become another one at midnight. */
const BEGAN = new Date();

/** When this process began, in local time and to the second, as the variable `strftime_now` takes it. */
export function processMoment(): string {
  const minutes = BEGAN.getTimezoneOffset();
  return new Date(BEGAN.getTime() - minutes * 60_000).toISOString().slice(0, 19);
}

/**
 * The function `strftime_now` of a template, at the moment that a variable of that name gives, else at the one when this process began. The
 * library's own reads the clock anew each time, and writes months in the language of the machine.
 * @throws Error for a variable that is no moment; the function, for a directive that it does not have
 */
export function dateFunction(variable: unknown): (format: unknown) => string {
  const moment = variable === undefined ? BEGAN : momentOf(variable);
  return (format) => dateText(moment, format);
}

function momentOf(variable: unknown): Date {
  const [, day, time = "T00:00"] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)?$/.exec(String(variable)) ?? [];
  const moment = new Date(`${day}${time}`);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new Error(`${DATE_FUNCTION} is ${quoted(variable)}; give it a date, such as 2026-11-28 or 2026-11-28T15:30:00`);
}

const DAYS: readonly string[] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: readonly string[] = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** What a directive writes of a date: a word, or a number with its width and what fills it up. `%-` leaves the filling out. */
const WORDS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getDay()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getMonth()]!,
  p: (date) => (date.getHours() < 12 ? "AM" : "PM"),
  "%": () => "%",
};
const NUMBERS: Readonly<Record<string, { readonly width: number; readonly filling?: string; readonly of: (date: Date) => number }>> = {
  d: { width: 2, of: (date) => date.getDate() },
  e: { width: 2, filling: " ", of: (date) => date.getDate() },
  m: { width: 2, of: (date) => date.getMonth() + 1 },
  y: { width: 2, of: (date) => date.getFullYear() % 100 },
  Y: { width: 4, of: (date) => date.getFullYear() },
  H: { width: 2, of: (date) => date.getHours() },
  I: { width: 2, of: (date) => date.getHours() % 12 || 12 },
  M: { width: 2, of: (date) => date.getMinutes() },
  S: { width: 2, of: (date) => date.getSeconds() },
  j: { width: 3, of: dayOfYear },
};

/** From midnight to midnight in UTC, because days of local time have 23 hours or 25 where clocks are changed. */
function dayOfYear(date: Date): number {
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 0)) / 86_400_000;
}

/** A date as Python's strftime writes it in English. @throws Error that names the directive it does not have */
function dateText(date: Date, format: unknown): string {
  if (typeof format !== "string") throw new Error(`${DATE_FUNCTION} is given ${quoted(format)}; it takes a text, such as "%d %b %Y"`);
  return format.replace(/%(-?)(.?)/gsu, (directive, minus: string, letter: string) => {
    const number = NUMBERS[letter];
    if (number) return String(number.of(date)).padStart(minus ? 0 : number.width, number.filling ?? "0");
    const word = minus ? undefined : WORDS[letter];
    if (word) return word(date);
    const known = [...Object.keys(WORDS).slice(0, -1), ...Object.keys(NUMBERS), "%"].map((name) => `%${name}`);
    throw new Error(`${DATE_FUNCTION} has no directive ${directive}; it has ${known.join(" ")}`);
  });
}
