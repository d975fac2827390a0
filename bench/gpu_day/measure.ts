/**
 * Measures one thing on this machine's GPU and prints it as JSON: a line after each row with all rows so far, of which the last one counts.
 * run.ts calls it, each time in a process of its own.
 */
import { parseArgs } from "node:util";
import { hasHung } from "../../src/gpu/flight.ts";
import { endWithin } from "../../src/node/end_process.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { type BenchReport, runCases } from "../harness.ts";
import { type DecodeTime, timeDecoding } from "./decode.ts";
import { squareProducts } from "./matmul_share.ts";
import { profileTraining } from "./profile.ts";
import { miniature, SHAPES, type Shape } from "./shapes.ts";

const USAGE = `usage: node --import tsx bench/gpu_day/measure.ts WHAT [SHAPE] [options]
  WHAT             profile SHAPE: a training step; decode SHAPE: a token of 1 to 256 sequences; matmul: square products
  SHAPE            ${SHAPES.map(({ name }) => name).join(", ")}
  --adapter NAME   as ENTROPIC_ADAPTER: auto, hardware, software, or a part of a name
  --dry-run        tiny models and products, for a software GPU
example: node --import tsx bench/gpu_day/measure.ts profile S --adapter lavapipe
`;

function shapeOf(name: string | undefined, dry: boolean): Shape {
  const shape = SHAPES.find((each) => each.name === name);
  if (!shape) throw new Error(`the shape is ${name}; it must be one of ${SHAPES.map((each) => each.name).join(", ")}`);
  return dry ? miniature(shape) : shape;
}

/** Whether rows failed: they are in the JSON. */
function hasFailures(result: unknown): boolean {
  if (Array.isArray(result)) return (result as DecodeTime[]).some(({ failed }) => failed !== undefined);
  return ((result as Partial<BenchReport>).failures ?? []).length > 0;
}

interface Wish {
  readonly what: string | undefined;
  readonly shape: string | undefined;
  readonly adapter: string | undefined;
  readonly dry: boolean;
}

/** `report` is given what is known meanwhile. */
async function measure({ what, shape, adapter, dry }: Wish, report: (known: unknown) => void): Promise<unknown> {
  const device = await openDevice({ adapter, timestamps: true });
  if (what === "profile") return profileTraining(device, shapeOf(shape, dry));
  if (what === "decode") {
    const chosen = shapeOf(shape, dry);
    // More tokens where prompts are long, because the time of reading the prompts is taken off.
    const newTokens = dry ? 5 : chosen.context > 256 ? 129 : 33;
    return timeDecoding(device, chosen, { sequences: dry ? [1, 8] : [1, 8, 64, 256], topP: [1, 0.9], newTokens, report });
  }
  if (what === "matmul") {
    return runCases(device, squareProducts(device, dry ? [64] : [512, 1024, 2048, 4096]), { seconds: dry ? 0.02 : 1, report });
  }
  throw new Error(`what to measure is ${what}; it must be profile, decode or matmul`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { adapter: { type: "string" }, "dry-run": { type: "boolean" }, help: { type: "boolean" } },
});
if (values.help) process.stdout.write(USAGE);
else {
  try {
    const [what, shape] = positionals;
    const print = (known: unknown): void => void process.stdout.write(`${JSON.stringify(known)}\n`);
    const result = await measure({ what, shape, adapter: values.adapter, dry: values["dry-run"] === true }, print);
    print(result);
    process.exitCode = hasFailures(result) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message.split("\n")[0]}\n`);
    process.exitCode = 1;
  }
  if (hasHung()) endWithin(1000);
}
