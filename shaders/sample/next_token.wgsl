// The next token of each sequence, from z = logits * inverse_temperature:
//   greedy: the most probable token; of equals, the one with the lowest index
//   else: argmax of z + Gumbel noise over the kept tokens, which is a draw from their softmax
// What a draw is, lib/draw says; penalty and bans, lib/drawn_logits; top-k and top-p, lib/kept. min_p (arXiv 2407.01082) keeps the tokens
// with p >= min_p p_max, which are those with x <= -log(min_p).
// Noise depends on (seed, sequence_key, position, token) alone, so a completion is the same in any batch. logp and entropy are those of the
// whole softmax(z), before penalty, bans, top-k, top-p and min-p. done counts the tokens generated so far. It gets the bit FINISHED after a
// stop token or after `length` tokens; from then on the sequence stays as it is. Token t of a completion lies in column t % columns.
// Each workgroup handles one sequence; its lanes take four columns at a time. With WHOLE one pass over a row does all. With PARTED the
// workgroups of next_token_part did it, and their draws are merged in order. With FILTERED the border of the kept tokens is found first.
import package::lib::draw::{Draw, NO_CANDIDATE, Softmax, contend, draw_from, merge_best, merge_softmax, peak_of, rescale};
@if(FILTERED && HISTOGRAM) import package::lib::border_histogram::smallest_border;
@if(FILTERED && !HISTOGRAM) import package::lib::border_bisection::smallest_border;
@if(FILTERED) import package::lib::kept::{LARGEST_BITS, all_within, any_counts, counted};
import package::lib::drawn_logits::{COLUMN_STEP, QUAD_STEP, adjusted, logit, mark_words, parameters, seen, stops_at};
import package::lib::grid::linear_workgroup;
import package::lib::numeric::LOWEST;
import package::lib::token::SampledToken;
import constants::LANES;

// Bindings 0, 1 and, with PENALTY, 3 are those of lib/drawn_logits.
@if(!PARTED) @group(0) @binding(2) var<storage, read> sequence_key: array<u32>; // [S]
@if(PARTED) @group(0) @binding(2) var<storage, read> draws: array<Draw>; // [S, B, 5]
@if(!PENALTY) @group(0) @binding(3) var<storage, read_write> position: array<u32>; // [S]
@if(!PENALTY) @group(0) @binding(4) var<storage, read_write> token: array<u32>; // [S]
@if(!PENALTY) @group(0) @binding(5) var<storage, read_write> done: array<u32>; // [S]
@if(!PENALTY) @group(0) @binding(6) var<storage, read_write> completions: array<SampledToken>; // [S, L, 3]
@if(PENALTY) @group(0) @binding(4) var<storage, read_write> position: array<u32>; // [S]
@if(PENALTY) @group(0) @binding(5) var<storage, read_write> token: array<u32>; // [S]
@if(PENALTY) @group(0) @binding(6) var<storage, read_write> done: array<u32>; // [S]
@if(PENALTY) @group(0) @binding(7) var<storage, read_write> completions: array<SampledToken>; // [S, L, 3]

const FINISHED = 0x80000000u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups);
  if row >= parameters.rows {
    return;
  }
  let draw = draw_of(row, lane);
  if lane == 0u && done[row] < FINISHED {
    let next = u32(draw.best.index);
    let log_total = log(draw.softmax.e);
    let logp = logit(row, next) - draw.softmax.m - log_total;
    write(row, next, SampledToken(f32(next), logp, log_total - draw.softmax.ed / draw.softmax.e));
  }
}

@if(WHOLE)
fn draw_of(row: u32, lane: u32) -> Draw {
  let own = draw_from(row, 0u, parameters.vocabulary, counter_of(row), lane);
  return Draw(merge_softmax(own.softmax, lane), merge_best(own.best, lane));
}

@if(PARTED)
fn draw_of(row: u32, lane: u32) -> Draw {
  var own = Draw(Softmax(LOWEST, 0.0, 0.0), NO_CANDIDATE);
  for (var part = lane; part < parameters.parts; part += LANES) {
    let other = draws[row * parameters.parts + part];
    let m = max(own.softmax.m, other.softmax.m);
    let mine = rescale(own.softmax, m);
    let theirs = rescale(other.softmax, m);
    own.softmax = Softmax(m, mine.e + theirs.e, mine.ed + theirs.ed);
    if other.best.score > own.best.score {
      own.best = other.best;
    }
  }
  return Draw(merge_softmax(own.softmax, lane), merge_best(own.best, lane));
}

@if(FILTERED)
fn draw_of(row: u32, lane: u32) -> Draw {
  let peak = peak_of(row, lane);
  let kept = all_within(kept_border(row, peak.z, lane));
  let counter = counter_of(row);
  var best = NO_CANDIDATE;
  for (var column = 4u * lane; column < parameters.vocabulary; column += COLUMN_STEP) {
    if any_counts(row, column, peak.z, kept) {
      for (var at = column; at < min(column + COLUMN_STEP, parameters.vocabulary); at += QUAD_STEP) {
        let z = adjusted(row, at);
        best = contend(best, z, counted(peak.z - z, at, kept), at, counter);
      }
    }
  }
  return Draw(peak.softmax, merge_best(best, lane));
}

@if(FILTERED)
fn kept_border(row: u32, peak: f32, lane: u32) -> u32 {
  var border = LARGEST_BITS;
  // First by the number of tokens, then by mass.
  let end = select(1u, 2u, parameters.top_p < 1.0);
  for (var mass = select(1u, 0u, parameters.top_k > 0u); mass < end; mass += 1u) {
    border = smallest_border(row, peak, border, mass == 1u, lane);
  }
  return min(border, parameters.min_p_border);
}

@if(!PARTED)
fn counter_of(row: u32) -> vec4u {
  return vec4u(sequence_key[row], position[row] + 1u, 0u, 0u);
}

fn write(row: u32, next: u32, sampled: SampledToken) {
  let index = done[row];
  if index >= parameters.length {
    return;
  }
  completions[row * parameters.columns + index % parameters.columns] = sampled;
  @if(PENALTY) {
    seen[row * mark_words() + (next >> 5u)] |= 1u << (next & 31u);
  }
  let finished = index + 1u == parameters.length || stops_at(next);
  position[row] += 1u;
  token[row] = next;
  done[row] = (index + 1u) | select(0u, FINISHED, finished);
}
