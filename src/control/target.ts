import { z } from "zod";
import type { StepSignals } from "./signals.ts";

/** Points of a target over a run: the share of the run, and the entropy to hold there in nats. Between two points it is a straight line. */
export type TargetPoints = readonly (readonly [share: number, nats: number])[];

const MOST_NATS = 100;
const NUMBER = `a number from 0 to ${MOST_NATS}, or auto`;
const POINTS = "points [share of the run, nats] with rising shares from 0 to 1, such as [[0, 0.6], [1, 0.2]]";

const isInside = (value: number, most: number): boolean => value >= 0 && value <= most;

function nats(error: string) {
  return z.number({ error }).refine((value) => isInside(value, MOST_NATS), { error });
}

function points(error: string) {
  const areGood = (list: TargetPoints): boolean =>
    list.length > 1 &&
    list.every(([share, held], i) => isInside(share, 1) && isInside(held, MOST_NATS) && (i === 0 || share > list[i - 1]![0]));
  return z.array(z.tuple([z.number(), z.number()], { error }), { error }).refine(areGood, { error });
}

/** A number, `auto`, or points: what a class of tokens may be held at. */
export function scheduledTarget() {
  const error = `${NUMBER}, or ${POINTS}`;
  return z.union([nats(error), z.literal("auto"), points(error)], { error });
}

/** Words for targets that find themselves while the run goes on, from a signal that the host measures in every step. */
export const FOUND = ["spread", "right", "gap"] as const;
export type FoundTarget = (typeof FOUND)[number];
/** The word for a target that follows the length of answers: they keep a share of the nats that a group of them can show. */
export const GROUP = "group";
export type Target = number | "auto" | FoundTarget | typeof GROUP | TargetPoints;

/** What the tokens of a whole run may be held at: the same, a target for answers (group), or a target that finds itself. */
export function anyTarget() {
  const words = [...FOUND, GROUP] as const;
  const error = `${NUMBER}, ${words.join(", ")}, or ${POINTS}`;
  return z.union([nats(error), z.enum(["auto", ...words]), points(error)], { error });
}

export function isPoints(target: Target): target is TargetPoints {
  return Array.isArray(target);
}

export function isFound(target: unknown): target is FoundTarget {
  return FOUND.some((word) => word === target);
}

/** Whether a target changes while the run goes on, beyond what its start decides. */
export function movesByItself(target: Target): boolean {
  return isPoints(target) || isFound(target) || target === GROUP;
}

/** Whether a target follows what is measured over the tokens of all classes. */
export function isOfAllTokens(target: unknown): boolean {
  return isFound(target) || target === GROUP;
}

/** The target at a share of the run: linear between two points, and that of the first or last point outside them. */
export function targetAt(points: TargetPoints, progress: number): number {
  const next = points.findIndex(([share]) => share > progress);
  if (next < 0) return points.at(-1)![1];
  if (next === 0) return points[0]![1];
  const [[from, low], [to, high]] = [points[next - 1]!, points[next]!];
  return low + ((progress - from) / (to - from)) * (high - low);
}

/**
 * The entropy of a token, in nats, with which an answer of mean length has the share rho of ln G nats: that is the most that the answers of a
 * group of G can show, where they are all different. Undefined where the step has no answers.
 */
export function groupTarget(rho: number, { completions, length }: StepSignals): number | undefined {
  return length === undefined ? undefined : (rho * Math.log(completions)) / length;
}

/** The share of a run over which control lets go, so that alpha does not jump. */
const FADE = 0.05;

/** The share of alpha that is taken away: 0 until the share `release` of the run is done, and 1 a twentieth of the run later. */
export function releasedAt(release: number | null, progress: number): number {
  return release === null ? 0 : Math.max(0, Math.min(1, (progress - release) / FADE));
}

/** The signal of a target that finds itself; undefined where the step has not measured it. */
export function signalOf(target: FoundTarget, { spread, right, wrong }: StepSignals): number | undefined {
  if (target === "spread") return spread;
  if (target === "right") return right;
  return right === undefined || wrong === undefined ? undefined : wrong - right;
}
