/**
 * `npx tsx scripts/nightly/mutations.ts [COUNT] [SEED]` damages everything that comes in from outside, COUNT times in all (10,000), and
 * checks that each input ends in right work or in one readable line. It prints its seed, and exits with 1 where one did not.
 */
import { pathToFileURL } from "node:url";
import { describeError } from "../../src/cli/errors.ts";
import { createRandom } from "../../src/random.ts";
import { type Subject, subjects } from "./subjects.ts";

/** The most characters of a line that refuses an input, and the most such lines. */
const MOST = { characters: 500, lines: 11 };
/** How long an input may take. */
const MOST_MILLISECONDS = 2000;

/** Errors that say a mistake of the program, not of the input. */
const BUGS = new Set(["TypeError", "ReferenceError", "RangeError", "SyntaxError", "ZodError", "AssertionError", "YAMLParseError"]);

/** An input that ended otherwise than in right work or one line. */
export interface Fault {
  readonly subject: string;
  readonly seed: number;
  readonly what: string;
}

/** How many inputs were read, how many were refused, and which ended wrongly. */
export interface Tally {
  readonly read: number;
  readonly refused: number;
  readonly faults: readonly Fault[];
}

/** Damages each subject in turn, `count` times in all. Every input follows from its own seed, which counts from `seed`. */
export async function runMutations(
  count: number,
  seed: number,
  { chosen = subjects, mostMilliseconds = MOST_MILLISECONDS }: { chosen?: readonly Subject[]; mostMilliseconds?: number } = {},
): Promise<Tally> {
  const faults: Fault[] = [];
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const subject = chosen[i % chosen.length]!;
    const outcome = await attempt(subject, seed + i, mostMilliseconds);
    if (outcome === "refused") refused += 1;
    else if (outcome !== "done") faults.push({ subject: subject.name, seed: seed + i, what: outcome });
  }
  return { read: count, refused, faults };
}

/** "done", "refused", or what was wrong. */
async function attempt({ damage }: Subject, seed: number, mostMilliseconds: number): Promise<string> {
  const read = damage(createRandom(seed));
  const started = performance.now();
  const error = await outcomeOf(read);
  const milliseconds = performance.now() - started;
  if (milliseconds > mostMilliseconds) return `took ${Math.round(milliseconds)} ms`;
  return error === undefined ? "done" : (wrongWith(error.thrown) ?? "refused");
}

async function outcomeOf(read: () => unknown): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await read();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

/** What is wrong with an error that refuses an input: it is no Error of ours, or its message is no line. */
function wrongWith(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return `threw ${typeof thrown}`;
  if (BUGS.has(thrown.name)) return `${thrown.name}: ${thrown.stack?.slice(0, 600)}`;
  const lines = thrown.message.split("\n");
  const longest = Math.max(...lines.map((line) => line.length));
  if (longest > MOST.characters) return `a line of ${longest} characters: ${thrown.message.slice(0, 200)}`;
  if (lines.length > MOST.lines || lines.some((line) => line.trim() === ""))
    return `${lines.length} lines: ${thrown.message.slice(0, 200)}`;
  return describeError(thrown, false).length > 0 ? undefined : "no message";
}

async function main([count = "10000", seed = String(Date.now() % 1_000_000)]: readonly string[]): Promise<void> {
  console.log(`${count} inputs from seed ${seed}`);
  const { read, refused, faults } = await runMutations(Number(count), Number(seed));
  for (const { subject, seed: own, what } of faults) console.log(`${subject}, seed ${own}: ${what}`);
  console.log(`${read} read, ${refused} refused in one line, ${read - refused - faults.length} done, ${faults.length} wrong`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
