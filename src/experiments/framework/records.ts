import { z } from "zod";
import { FileError, readOptionalText } from "../../io/files.ts";
import { parseJsonObject } from "../../io/json.ts";
import { writeWhole } from "../../io/write_whole.ts";
import { brief } from "../../options/quote.ts";
import type { Metrics } from "../../report/metrics.ts";
import { ConfigError, parseSftConfig, parseTrainConfig, type SftConfig, type TrainConfig } from "../../rl/config/index.ts";
import type { Cell, CellResult, CellResults } from "./cell.ts";
import { type CellPlace, completedCell, elsewhereOfCell, startOfCell, withDefaults } from "./cell_folder.ts";

const schema = z.strictObject({
  cell: z.string(),
  adapter: z.string(),
  start: z.union([z.string(), z.record(z.string(), z.unknown())]),
  elsewhere: z.record(z.string(), z.unknown()).optional(),
  heldOutFrom: z.number().optional(),
  config: z.record(z.string(), z.unknown()),
  seconds: z.number().min(0),
  versions: z.array(z.string()).optional(),
  metrics: z.array(z.looseObject({ step: z.number().min(0) })).min(1),
});

/**
 * A training that is complete, on this machine or on another: what it was, and of its metrics what its study's findings read. A study with
 * records goes on without the run folders.
 */
export type CellRecord = z.output<typeof schema>;

/** Where complete cells are looked for: in the study's folder, and in records. */
export interface KnownPlace extends CellPlace {
  readonly records?: readonly CellRecord[] | undefined;
}

/** What was measured in a cell on this adapter, by its folder or else by a record; undefined where it is to be trained. */
export async function knownCell(cell: Cell, config: TrainConfig, { records = [], ...place }: KnownPlace): Promise<CellResult | undefined> {
  return (await completedCell(cell, config, place)) ?? recordedResult(cell, config, place.adapter, records);
}

/** A file of records has one as JSON in each line. There are none where there is no file. @throws FileError, one line, for a damaged file */
export async function readRecords(path: string): Promise<CellRecord[]> {
  const lines = ((await readOptionalText(path)) ?? "").split("\n").map((text, i) => ({ text, name: `${path}, line ${i + 1}` }));
  return lines.filter(({ text }) => text.trim() !== "").map(({ text, name }) => parseRecord(text, name));
}

function parseRecord(text: string, name: string): CellRecord {
  const parsed = schema.safeParse(parseJsonObject(text, name));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "its top level";
  throw new FileError(`${brief(name)} is no record of a training (${where}: ${issue?.message}); remove the line, and it runs again.`);
}

/** Adds the records of trainings that the file has none of. It is read again for that: another command may have added to it meanwhile. */
export async function addRecords(path: string, found: readonly CellRecord[]): Promise<void> {
  const known = await readRecords(path);
  const recorded = new Set(known.map(trainingOf));
  const added = found.filter((record) => !recorded.has(trainingOf(record)));
  if (added.length === 0) return;
  await writeWhole(path, [...known, ...added].map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** The record of a cell, of which `result` holds what is to be kept. */
function recordOf(cell: Cell, { config, metrics, seconds, versions }: CellResult, adapter: string): CellRecord {
  const { name, heldOutFrom } = cell;
  const place = { cell: name, adapter, start: startOfCell(cell), elsewhere: elsewhereOfCell(cell), heldOutFrom };
  const record = { ...place, config: trained(withoutModel(config)), seconds, versions, metrics };
  return JSON.parse(JSON.stringify(record)) as CellRecord;
}

/** What records say of a cell with this configuration on this adapter; undefined where none does. */
function recordedResult(cell: Cell, config: TrainConfig, adapter: string, records: readonly CellRecord[]): CellResult | undefined {
  const wanted = trainingOf(recordOf(cell, { config, metrics: [], observations: [], seconds: 0 }, adapter));
  const record = records.find((one) => trainingOf(one) === wanted);
  if (!record) return undefined;
  const { metrics, seconds, versions } = record;
  return { config, metrics: metrics as unknown as Metrics[], observations: [], seconds, versions };
}

/** Checking a configuration takes a millisecond, and every cell is compared with every record. */
const trainings = new WeakMap<CellRecord, string>();

/**
 * The training that a record is of, as text. Its name is no part of it: two arms that come to the same settings are one training. An option
 * that the record lacks, because it is younger, counts as left out.
 */
function trainingOf(record: CellRecord): string {
  const known = trainings.get(record);
  if (known !== undefined) return known;
  const { adapter, start, elsewhere, heldOutFrom, config } = record;
  const others = elsewhere && elsewhereOfCell({ elsewhere: elsewhere as Cell["elsewhere"] });
  const training = JSON.stringify({ adapter, start: todaysStart(start), elsewhere: others, heldOutFrom, config: todays(config) });
  trainings.set(record, training);
  return training;
}

/** A configuration with today's options. */
function todays(config: CellRecord["config"]): Record<string, unknown> {
  return withTodaysOptions(config, () => trained(withoutModel(parseTrainConfig({ ...config, model: "any" }))));
}

/** The same for the configuration of a warm start, which `sft` would read. */
function todaysStart(start: CellRecord["start"]): CellRecord["start"] {
  if (typeof start === "string") return start;
  const { name, ...config } = start;
  return withTodaysOptions(start, () => ({ name, ...trained(parseSftConfig(config)) }));
}

/** What `parse` makes of a configuration; as it was where it has an option that is gone, so that it is that of no cell. */
function withTodaysOptions(config: Record<string, unknown>, parse: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ConfigError) return config;
    throw error;
  }
}

function withoutModel({ model: _, ...config }: TrainConfig): Omit<TrainConfig, "model"> {
  return config;
}

/** What of a configuration decides the numbers of a cell, as JSON has it. */
function trained({ output: _, ...config }: Omit<TrainConfig, "model"> | SftConfig): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ ...config, task: withDefaults(config.task) })) as Record<string, unknown>;
}

/** The records of all results, each reduced to what the study's findings read. */
export function recordsOf(
  cells: readonly Cell[],
  results: CellResults,
  { adapter, reduced }: { adapter: string; reduced: (cell: Cell, result: CellResult) => CellResult },
): CellRecord[] {
  return cells.flatMap((cell) => {
    const result = results.get(cell.name);
    return result ? [recordOf(cell, reduced(cell, result), adapter)] : [];
  });
}
