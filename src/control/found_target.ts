import type { Loop } from "./state.ts";
import { FOUND, isFound, isPoints, type Target } from "./target.ts";

/** The settings of the rules in shaders/control/pi.wgsl by which a target follows from what a run measures. */
export interface TargetSettings {
  readonly target: Target;
  readonly anchorSteps: number;
  readonly targetDecay: number;
  readonly targetFloor: number;
  readonly targetRate: number;
}

/** The rule by its number in shaders/control/pi.wgsl: 0 falls from the start, 1 keeps a signal, 2 holds the entropy of right answers. */
export function ruleOf(target: Target): number {
  if (isPoints(target) || !isFound(target)) return 0;
  return target === "right" ? 2 : 1;
}

/** The loop with its automatic target. `anchors` says that control is off, to measure the start. */
export function withTarget(settings: TargetSettings, before: Loop, anchors: boolean): Loop {
  if (before.rho <= 0) return before;
  const anchor = anchors ? before.anchor + (before.entropy - before.anchor) / (before.steps + 1) : before.anchor;
  const loop = { ...before, anchor };
  const rule = ruleOf(settings.target);
  if (rule === 0) return fallenFromStart(settings, loop);
  const collects = loop.has_signal > 0 && loop.signals < settings.anchorSteps;
  const moves = loop.has_signal > 0 && !collects && !anchors;
  const started = collects ? withSignalStart(loop) : loop;
  return rule === 1 ? keepingSignal(settings, started, moves, collects || anchors) : holdingRight(settings, started, moves);
}

/** target = max(floor, rho anchor - decay t) after t steps of control. It assumes that the start of the run is diverse enough. */
function fallenFromStart({ anchorSteps, targetDecay, targetFloor }: TargetSettings, loop: Loop): Loop {
  const since = Math.max(0, loop.steps - anchorSteps);
  return { ...loop, target_entropy: Math.max(targetFloor, loop.rho * loop.anchor - targetDecay * since) };
}

/**
 * Which signal a loop has measured, as its private_0; 0 where that is not known. A state without it is of an older release, and its signal is
 * taken for the one that is followed now.
 */
export function signalNumber(target: Target): number {
  return isFound(target) ? 1 + FOUND.indexOf(target) : 0;
}

/** What a saved loop forgets, and remembers, where its target follows a signal now: what was measured of another says nothing of this one. */
export function resumedSignal(target: Target, saved: Loop): Partial<Loop> {
  const followed = signalNumber(target);
  if (followed === 0) return {};
  const isOther = saved.private_0 !== 0 && saved.private_0 !== followed;
  return { private_0: followed, ...(isOther && { signals: 0, signal_start: 0, mistakes: 0 }) };
}

/** Running means of the signal x and of H - x, over the first steps that have a signal. */
function withSignalStart(loop: Loop): Loop {
  const signals = loop.signals + 1;
  const signal_start = loop.signal_start + (loop.signal - loop.signal_start) / signals;
  const mistakes = loop.mistakes + (loop.entropy - loop.signal - loop.mistakes) / signals;
  return { ...loop, signals, signal_start, mistakes };
}

/**
 * target = target + rate H_0 clamp(1 - x / (rho x_0), -1, 1), in [max(floor, rho H), H_0]: it rises while the signal x is below rho x_0. A
 * target far below the present entropy H would do nothing, and be slow to return.
 */
function keepingSignal({ targetRate, targetFloor }: TargetSettings, loop: Loop, moves: boolean, starts: boolean): Loop {
  const wanted = loop.rho * loop.signal_start;
  const lack = moves && wanted > 0 ? Math.max(-1, Math.min(1, 1 - loop.signal / wanted)) : 0;
  const from = starts ? loop.rho * loop.anchor : loop.target_entropy;
  return { ...loop, target_entropy: bounded(from + targetRate * loop.anchor * lack, Math.max(targetFloor, loop.rho * loop.entropy), loop) };
}

/** target = rho R_0 + D, in [floor, H_0], with the entropy R of right answers and D the smoothed H - R: what mistakes add to entropy. */
function holdingRight({ targetRate, targetFloor }: TargetSettings, loop: Loop, moves: boolean): Loop {
  const mistakes = moves ? loop.mistakes + targetRate * (loop.entropy - loop.signal - loop.mistakes) : loop.mistakes;
  const found = loop.signals > 0 ? loop.rho * loop.signal_start + mistakes : loop.rho * loop.anchor;
  return { ...loop, mistakes, target_entropy: bounded(found, targetFloor, loop) };
}

/** Never above the entropy of the start. */
function bounded(target: number, least: number, { anchor }: Loop): number {
  return Math.min(anchor, Math.max(least, target));
}
