// The next token of each sequence, from z = logits * inverse_temperature:
//   greedy: the most probable token; of equals, the one with the lowest index
//   else: argmax of z + Gumbel noise over the kept tokens, which is a draw from their softmax (the Gumbel-max trick)
// top_k keeps the k most probable tokens. Of those, top_p keeps the fewest most probable ones that hold at least this share of their
// probability. Tokens that tie at the border are all kept. Distances x = m - z from the maximum m are not negative, so their bits sort as
// they do, and bisection on the bits finds the border exactly, in 31 steps and without sorting. min_p (arXiv 2407.01082) keeps the tokens
// with p >= min_p p_max, which are those with x <= -log(min_p).
// A token that the sequence has already is made less probable first: its z is divided by the penalty where positive and multiplied by it
// where negative (Keskar et al. 2019, arXiv 1909.05858, for penalties above 1). Banned tokens are never drawn.
// Noise depends on (seed, sequence_key, position, token) alone, so a completion is the same in any batch. logp and entropy are those of the
// whole softmax(z), before penalty, bans, top-k, top-p and min-p. done counts the tokens generated so far. It gets the bit FINISHED after a
// stop token or after `length` tokens; from then on the sequence stays as it is. Token t of a completion lies in column t % columns.
// With VEC4 rows are whole quads; with PADDED they are longer than the vocabulary, and the rest is never drawn.
// Each workgroup handles one sequence; its lanes take four columns at a time.
import package::lib::grid::linear_workgroup;
import package::lib::numeric::LOWEST;
import package::lib::random::{gumbel, philox};
import package::lib::reduce::{reduce_max, reduce_sum};
import package::lib::token::SampledToken;
import constants::LANES;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  stride: u32,
  length: u32,
  columns: u32,
  seed: u32,
  greedy: u32,
  top_k: u32, // 0: off
  top_p: f32, // 1: off
  min_p_border: u32, // the bits of the largest x that min_p keeps; LARGEST_BITS: off
  penalty: f32, // 1: off
  inverse_temperature: f32,
}
var<immediate> parameters: Parameters;

@if(VEC4) @group(0) @binding(0) var<storage, read> logits: array<vec4f>; // [S, V]
@if(!VEC4) @group(0) @binding(0) var<storage, read> logits: array<f32>; // [S, V]
@group(0) @binding(1) var<storage, read> sequence_key: array<u32>; // [S]
@group(0) @binding(2) var<storage, read> token_marks: array<u32>; // [2, V / 32], a bit a token: those that end a sequence, those that are banned
@group(0) @binding(3) var<storage, read_write> position: array<u32>; // [S]
@group(0) @binding(4) var<storage, read_write> token: array<u32>; // [S]
@group(0) @binding(5) var<storage, read_write> done: array<u32>; // [S]
@group(0) @binding(6) var<storage, read_write> completions: array<SampledToken>; // [S, L, 3]
@if(PENALTY) @group(0) @binding(7) var<storage, read_write> seen: array<u32>; // [S, V / 32], a bit a token: those of prompt and completion

const FINISHED = 0x80000000u;
const LARGEST_BITS = 0x7f7fffffu;
const STOPS = 0u;
const BANNED = 1u;

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
  let top = maximum(row, lane);
  let sums = softmax_sums(row, top, lane);
  let log_total = log(sums.x);
  var peak = top;
  @if(ADJUSTED) {
    peak = adjusted_maximum(row, lane);
  }
  var border = LARGEST_BITS;
  if parameters.top_k > 0u {
    border = smallest_border(row, peak, border, f32(parameters.top_k), 0.0, lane);
  }
  if parameters.top_p < 1.0 {
    border = smallest_border(row, peak, border, 0.0, parameters.top_p * kept_sums(row, peak, border, lane).y, lane);
  }
  border = min(border, parameters.min_p_border);
  let next = choose(row, peak, border, lane);
  if lane == 0u && done[row] < FINISHED {
    let logp = logit(row, next) - top - log_total;
    write(row, next, SampledToken(f32(next), logp, log_total - sums.y / sums.x));
  }
}

fn maximum(row: u32, lane: u32) -> f32 {
  var top = LOWEST;
  for (var column = 4u * lane; column < parameters.vocabulary; column += 4u * LANES) {
    let z = load(row, column);
    top = max(top, max(max(z.x, z.y), max(z.z, z.w)));
  }
  return reduce_max(top, lane);
}

@if(ADJUSTED)
fn adjusted_maximum(row: u32, lane: u32) -> f32 {
  var top = LOWEST;
  for (var column = 4u * lane; column < parameters.vocabulary; column += 4u * LANES) {
    let z = adjusted(row, column);
    top = max(top, max(max(z.x, z.y), max(z.z, z.w)));
  }
  return reduce_max(top, lane);
}

// Sums of e^(z - m) and of e^(z - m) (z - m).
fn softmax_sums(row: u32, top: f32, lane: u32) -> vec2f {
  var sums = vec2f(0.0);
  for (var column = 4u * lane; column < parameters.vocabulary; column += 4u * LANES) {
    let d = load(row, column) - top;
    let e = exp(d);
    sums += vec2f(dot(e, vec4f(1.0)), dot(e, d));
  }
  return vec2f(reduce_sum(sums.x, lane), reduce_sum(sums.y, lane));
}

// How many tokens lie within the border, and their sum of e^(z - m).
fn kept_sums(row: u32, top: f32, border: u32, lane: u32) -> vec2f {
  var sums = vec2f(0.0);
  for (var column = 4u * lane; column < parameters.vocabulary; column += 4u * LANES) {
    let x = top - adjusted(row, column);
    let kept = is_kept(x, border, column);
    sums += vec2f(dot(select(vec4f(0.0), vec4f(1.0), kept), vec4f(1.0)), dot(select(vec4f(0.0), exp(-x), kept), vec4f(1.0)));
  }
  return vec2f(reduce_sum(sums.x, lane), reduce_sum(sums.y, lane));
}

// The smallest border, at most `widest`, within which there are at least `count` tokens and e^(z - m) sums to at least `mass`.
fn smallest_border(row: u32, top: f32, widest: u32, count: f32, mass: f32, lane: u32) -> u32 {
  var low = 0u;
  var high = widest;
  for (var step = 0u; step < 31u; step += 1u) {
    let middle = low + (high - low) / 2u;
    let sums = kept_sums(row, top, middle, lane);
    let enough = sums.x >= count && sums.y >= mass;
    high = select(high, middle, enough);
    low = select(min(middle + 1u, high), low, enough);
  }
  return high;
}

// The kept token with the largest score; of equals, the one with the lowest index.
fn choose(row: u32, top: f32, border: u32, lane: u32) -> u32 {
  let counter = vec4u(sequence_key[row], position[row] + 1u, 0u, 0u);
  var best = LOWEST;
  var index = 0u;
  for (var column = 4u * lane; column < parameters.vocabulary; column += 4u * LANES) {
    let z = adjusted(row, column);
    var score = z;
    if parameters.greedy == 0u {
      score += gumbel(philox(counter + vec4u(0u, 0u, column / 4u, 0u), vec2u(parameters.seed, 0u)));
    }
    score = select(vec4f(LOWEST), score, is_kept(top - z, border, column));
    for (var i = 0u; i < 4u; i += 1u) {
      if score[i] > best {
        best = score[i];
        index = column + i;
      }
    }
  }
  let winner = reduce_max(best, lane);
  // Indices below 2^24 are exact in a float. Logits that are NaN have no winner, and any token does.
  return min(u32(-reduce_max(select(LOWEST, -f32(index), best == winner), lane)), parameters.vocabulary - 1u);
}

fn is_kept(x: vec4f, border: u32, column: u32) -> vec4<bool> {
  return (bitcast<vec4u>(x) <= vec4u(border)) & may_be_drawn(column);
}

fn may_be_drawn(column: u32) -> vec4<bool> {
  var drawable = vec4u(column, column + 1u, column + 2u, column + 3u) < vec4u(parameters.vocabulary);
  @if(ADJUSTED) {
    drawable &= !marked(token_marks[BANNED * mark_words() + column / 32u], column);
  }
  return drawable;
}

// z as it counts for the draw.
@if(!ADJUSTED) fn adjusted(row: u32, column: u32) -> vec4f { return load(row, column); }
@if(ADJUSTED)
fn adjusted(row: u32, column: u32) -> vec4f {
  var z = load(row, column);
  @if(PENALTY) {
    let repeated = marked(seen[row * mark_words() + column / 32u], column);
    z = select(z, select(z * parameters.penalty, z / parameters.penalty, z > vec4f(0.0)), repeated);
  }
  return select(vec4f(LOWEST), z, may_be_drawn(column));
}

// Marks of sets of tokens are bits. A set has so many words.
fn mark_words() -> u32 {
  return (parameters.vocabulary + 31u) / 32u;
}

// Whether each of four columns is in the set of which `word` holds their bits.
fn marked(word: u32, column: u32) -> vec4<bool> {
  return (vec4u(word >> (column % 32u)) & vec4u(1u, 2u, 4u, 8u)) != vec4u(0u);
}

fn write(row: u32, next: u32, sampled: SampledToken) {
  let index = done[row];
  if index >= parameters.length {
    return;
  }
  completions[row * parameters.columns + index % parameters.columns] = sampled;
  @if(PENALTY) {
    seen[row * mark_words() + next / 32u] |= 1u << (next % 32u);
  }
  let stops = (token_marks[STOPS * mark_words() + next / 32u] >> (next % 32u)) & 1u;
  let finished = index + 1u == parameters.length || stops != 0u;
  position[row] += 1u;
  token[row] = next;
  done[row] = (index + 1u) | select(0u, FINISHED, finished);
}

@if(VEC4)
fn load(row: u32, column: u32) -> vec4f {
  let quad = logits[(row * parameters.stride + column) / 4u] * parameters.inverse_temperature;
  @if(PADDED) { return select(vec4f(LOWEST), quad, vec4u(column, column + 1u, column + 2u, column + 3u) < vec4u(parameters.vocabulary)); }
  @if(!PADDED) { return quad; }
}
@if(VEC4)
fn logit(row: u32, column: u32) -> f32 {
  return logits[(row * parameters.stride + column) / 4u][column % 4u] * parameters.inverse_temperature;
}

@if(!VEC4)
fn load(row: u32, column: u32) -> vec4f {
  return vec4f(logit(row, column), logit(row, column + 1u), logit(row, column + 2u), logit(row, column + 3u));
}
@if(!VEC4)
fn logit(row: u32, column: u32) -> f32 {
  let last = parameters.vocabulary - 1u;
  let value = logits[row * parameters.stride + min(column, last)];
  return select(LOWEST, value * parameters.inverse_temperature, column <= last);
}
