import type { Row } from "../io/rows.ts";
import { ConfigError, nearestWord } from "../options/problems.ts";
import { brief, listed, quoted } from "../options/quote.ts";

const COLUMN = /\{\{|\}\}|\{([^{}]*)\}/g;

/** Whether a prompt is a template: it has braces. Otherwise it is the name of a column. */
export function isTemplate(prompt: string): boolean {
  return /[{}]/.test(prompt);
}

/** Whether a template has a column in it, and not constant text alone. */
export function namesColumn(template: string): boolean {
  return [...template.matchAll(COLUMN)].some(([, name]) => name !== undefined);
}

/**
 * Fills in the columns of a row. Two braces stand for one. @throws ConfigError for a column that the row lacks; `place` names the row, and
 * `option` what holds the template
 */
export function fillTemplate(template: string, row: Row, place: string, option = "task.prompt"): string {
  return template.replace(COLUMN, (match, name: string | undefined) => {
    if (name === undefined) return match[0]!;
    return textOf(columnOf(row, name.trim(), place, option), `${place}: the column ${quoted(name.trim())}`);
  });
}

/** The value of a column. @throws ConfigError with the columns that there are */
export function columnOf(row: Row, name: string, place: string, option: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  const near = nearestWord(name, Object.keys(row));
  const remedy =
    near === undefined
      ? `its columns are ${listed(Object.keys(row))}`
      : `did you mean ${brief(near)}? Its columns are ${listed(Object.keys(row))}`;
  throw new ConfigError([`${place} has no column ${quoted(name)}, which ${option} names; ${remedy}`]);
}

/** A column's value as a prompt or an answer shows it. @throws ConfigError for a value that has no plain text */
export function textOf(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  throw new ConfigError([`${place} holds ${quoted(value)}; it must be a text or a number`]);
}
