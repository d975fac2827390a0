import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { buildModel } from "../../../models/index.ts";
import { readJsonObject } from "../../io/files.ts";
import { readSafetensors, writeSafetensors } from "../../io/safetensors.ts";
import { parseOptions } from "../../options/define.ts";
import { brief, reasonOf } from "../../options/quote.ts";
import { decimal, openSection, whole } from "../../options/schema.ts";
import type { StoredCase } from "../../testing/conformance/oracle.ts";
import type { CaseAdamW, CaseOptions, CaseResults } from "../../testing/verify_case.ts";
import { UsageError } from "../errors.ts";

const BUILT_IN = fileURLToPath(new URL("../../testing/cases", import.meta.url));

/** The stored cases in or below some folders, or those of the package where none is given. */
export function readStoredCases(folders: readonly string[] = []): Promise<StoredCase[]> {
  return Promise.all((folders.length > 0 ? folders : [BUILT_IN]).flatMap(casesBelow).map(readStoredCase));
}

/** A case folder itself, or the cases directly below a folder. */
function casesBelow(folder: string): string[] {
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}; give the folder of a stored case`);
  if (existsSync(join(folder, "case.json"))) return [folder];
  const below = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, "case.json")));
  if (below.length === 0) throw new UsageError(`${folder} holds no case: a case has config.json, case.json and three .safetensors files`);
  return below;
}

async function readStoredCase(folder: string): Promise<StoredCase> {
  const read = (name: string): ReturnType<typeof readSafetensors> => readSafetensors(join(folder, `${name}.safetensors`));
  const config = await readJsonObject(join(folder, "config.json"));
  // A model that cannot be built is a mistake of the case, and no driver's.
  buildModel(config);
  const { options, adamw } = await readSettings(join(folder, "case.json"));
  const [model, inputs] = await Promise.all([read("model"), read("inputs")]);
  const missing = INPUTS.filter((name) => !inputs.has(name));
  if (missing.length > 0) throw new UsageError(`${brief(join(folder, "inputs.safetensors"))} lacks ${missing.join(", ")}; ${SHOWN_CASE}`);
  return {
    ...{ name: basename(folder), model, inputs, options, adamw },
    build: () => buildModel(config),
    expected: existsSync(join(folder, "expected.safetensors")) ? await read("expected") : undefined,
  };
}

const INPUTS = ["inputs", "lengths", "actions", "mask", "old_logp", "ref_logp", "advantages"];
const SHOWN_CASE = "the cases in src/testing/cases show what a case holds";

const number = decimal();
const adamwSection = openSection(
  {
    ...{ lr: number, eps: number, weight_decay: number, steps: whole({ min: 0, max: 1000 }) },
    betas: z.tuple([number, number], { error: "a list of two numbers" }),
    max_grad_norm: number.nullable(),
  },
  "a mapping with lr, betas, eps, weight_decay, max_grad_norm and steps",
);
const settingsSection = openSection({ options: openSection({}, "a mapping of the loss's options"), adamw: adamwSection }, "a mapping");

/** The options of a case, and its optimiser's. @throws FileError, UsageError where case.json is broken or lacks some */
async function readSettings(path: string): Promise<{ readonly options: CaseOptions; readonly adamw: CaseAdamW }> {
  const settings = await readJsonObject(path);
  try {
    const { options, adamw } = parseOptions(settingsSection, settings);
    return { options, adamw };
  } catch (error) {
    throw new UsageError(`${brief(path)}: ${reasonOf(error)}; ${SHOWN_CASE}`);
  }
}

/** Writes what a device computed to FOLDER/actual.safetensors. */
export async function writeActual(folder: string, actual: CaseResults): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeSafetensors(
    join(folder, "actual.safetensors"),
    new Map([...actual].map(([name, array]) => [name, { dtype: "F32", ...array }])),
  );
}
