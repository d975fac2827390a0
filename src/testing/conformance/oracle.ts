import type { LanguageModel } from "../../nn/language_model.ts";
import type { NamedArray } from "../../nn/load_parameters.ts";
import { type CaseQuantity, type CaseResults, compareCase, type OracleCase, runCase, TOLERANCES } from "../verify_case.ts";
import type { Bench, ConformanceCase, ConformanceGroup, Measure } from "./case.ts";

/** A stored case with what makes its model, and its known results where it has any. */
export interface StoredCase extends OracleCase {
  /** A new module, whose parameters have no memory yet. */
  readonly build: () => LanguageModel;
  readonly expected: ReadonlyMap<string, NamedArray> | undefined;
}

/** How far each quantity of a case is off, and in which tensor that was. */
export function measuresOfCase(
  actual: CaseResults,
  { expected }: StoredCase,
  tolerances: Partial<Record<CaseQuantity, number>> = TOLERANCES,
): Measure[] {
  const worst = [...compareCase(actual, expected!)].filter(([quantity]) => tolerances[quantity] !== undefined);
  return worst.map(([quantity, { error, tensor }]) => {
    const name = tensor === quantity ? quantity : `${quantity} (${tensor})`;
    return { name, error, tolerance: tolerances[quantity]! };
  });
}

/** Stored cases as a group. `keep` gets what the device computed. */
export function oracleGroup(stored: readonly StoredCase[], keep?: (name: string, actual: CaseResults) => Promise<void>): ConformanceGroup {
  return {
    name: "oracle",
    description: "whole models, losses, gradients and optimiser steps beside stored results in double precision",
    cases: stored.map(
      (one): ConformanceCase => ({
        name: one.name,
        level: "quick",
        details: { options: JSON.stringify(one.options) },
        run: async ({ device }: Bench) => {
          const actual = await runCase(device, one.build(), one);
          await keep?.(one.name, actual);
          return one.expected ? measuresOfCase(actual, one) : [];
        },
      }),
    ),
  };
}
