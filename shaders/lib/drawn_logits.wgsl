// A row of logits as the next token is drawn from it, four columns at a time: z = logits * inverse_temperature.
// With ADJUSTED, penalty and bans change z before the draw: a token that the sequence has already (PENALTY) is made less probable, its z
// divided by the penalty where positive and multiplied by it where negative (Keskar et al. 2019, arXiv 1909.05858, for penalties above 1).
// Banned tokens are never drawn. Behind the vocabulary z is LOWEST. With VEC4 rows are whole quads.
// With FILTERED z is compared by bits in several passes (lib/kept), and is the same in each.
import package::lib::numeric::LOWEST;
@if(FILTERED) import package::lib::numeric::as_rounded;
import constants::LANES;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  stride: u32,
  parts: u32, // of a row, in next_token_part
  part_columns: u32,
  length: u32,
  columns: u32,
  seed: u32,
  greedy: u32,
  two_reads: u32, // 1: the maximum of a row is found before its sums
  top_k: u32, // 0: off
  top_p: f32, // 1: off
  min_p_border: u32, // the bits of the largest x that min_p keeps; LARGEST_BITS: off
  penalty: f32, // 1: off
  inverse_temperature: f32,
}
var<immediate> parameters: Parameters;

@if(VEC4) @group(0) @binding(0) var<storage, read> logits: array<vec4f>; // [S, V]
@if(!VEC4) @group(0) @binding(0) var<storage, read> logits: array<f32>; // [S, V]
@group(0) @binding(1) var<storage, read> token_marks: array<u32>; // [2, V / 32], a bit a token: those that end a sequence, those that are banned
@if(PENALTY) @group(0) @binding(3) var<storage, read_write> seen: array<u32>; // [S, V / 32], a bit a token: those of prompt and completion

// A lane takes so many quads at a time, whose loads are on their way together.
const QUADS = 4u;
const QUAD_STEP = 4u * LANES;
const COLUMN_STEP = QUADS * QUAD_STEP;

const STOPS = 0u;
const BANNED = 1u;

@if(VEC4)
fn load(row: u32, column: u32) -> vec4f {
  let quad = logits[(row * parameters.stride + min(column, parameters.stride - 4u)) >> 2u] * parameters.inverse_temperature;
  return select(vec4f(LOWEST), quad, in_vocabulary(column));
}
@if(VEC4)
fn logit(row: u32, column: u32) -> f32 {
  return logits[(row * parameters.stride + column) >> 2u][column & 3u] * parameters.inverse_temperature;
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

// z as it counts for the draw.
@if(!FILTERED) fn adjusted(row: u32, column: u32) -> vec4f { return adjust(row, column); }
@if(FILTERED) fn adjusted(row: u32, column: u32) -> vec4f { return as_rounded(adjust(row, column)); }

@if(!ADJUSTED) fn adjust(row: u32, column: u32) -> vec4f { return load(row, column); }
@if(ADJUSTED)
fn adjust(row: u32, column: u32) -> vec4f {
  var z = load(row, column);
  @if(PENALTY) {
    let repeated = marked(seen[row * mark_words() + word_of(column)], column);
    z = select(z, select(z * parameters.penalty, z / parameters.penalty, z > vec4f(0.0)), repeated);
  }
  return select(vec4f(LOWEST), z, may_be_drawn(column));
}

fn may_be_drawn(column: u32) -> vec4<bool> {
  var drawable = in_vocabulary(column);
  @if(ADJUSTED) {
    drawable &= !marked(token_marks[BANNED * mark_words() + word_of(column)], column);
  }
  return drawable;
}

fn in_vocabulary(column: u32) -> vec4<bool> {
  return vec4u(0u, 1u, 2u, 3u) + column < vec4u(parameters.vocabulary);
}

fn largest_of(z: vec4f) -> f32 {
  return max(max(z.x, z.y), max(z.z, z.w));
}

fn stops_at(token: u32) -> bool {
  return ((token_marks[STOPS * mark_words() + word_of(token)] >> (token & 31u)) & 1u) != 0u;
}

// Marks of sets of tokens are bits. A set has so many words.
fn mark_words() -> u32 {
  return (parameters.vocabulary + 31u) >> 5u;
}

fn word_of(column: u32) -> u32 {
  return min(column >> 5u, mark_words() - 1u);
}

// Whether each of four columns is in the set of which `word` holds their bits.
fn marked(word: u32, column: u32) -> vec4<bool> {
  return (vec4u(word >> (column & 31u)) & vec4u(1u, 2u, 4u, 8u)) != vec4u(0u);
}
