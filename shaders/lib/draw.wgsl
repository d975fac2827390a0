// One pass over columns of a row: the sums of its softmax, and the candidate for the next token with the best score.
// The score of a token is z, or z + Gumbel noise where tokens are drawn: its argmax is a draw from the softmax (the Gumbel-max trick).
// Noise depends on (seed, sequence_key, position, token) alone.
import package::lib::drawn_logits::{COLUMN_STEP, QUADS, QUAD_STEP, adjusted, largest_of, load, may_be_drawn, parameters};
import package::lib::numeric::LOWEST;
import package::lib::random::{gumbel, philox};
import package::lib::reduce::{reduce_max, reduce_sum};

// Sums are relative to the largest z so far; they are rescaled when it grows.
struct Softmax {
  m: f32,
  e: f32, // the sum of e^(z - m)
  ed: f32, // and of e^(z - m) (z - m)
}

struct Candidate {
  score: f32,
  index: f32, // whole; exact below 2^24
}

struct Draw {
  softmax: Softmax,
  best: Candidate,
}

// Above every Gumbel variate of lib/random, of which the largest is 22.9.
const MOST_NOISE = 24.0;

const NO_CANDIDATE = Candidate(LOWEST, 0.0);

fn draw_from(row: u32, begin: u32, end: u32, counter: vec4u, lane: u32) -> Draw {
  var own = Draw(Softmax(first_maximum(row, begin, end, lane), 0.0, 0.0), NO_CANDIDATE);
  for (var column = begin + 4u * lane; column < end; column += COLUMN_STEP) {
    own.softmax = add_quads(own.softmax, row, column);
    // No driver can unroll this loop, whose body is long.
    for (var at = column; at < min(column + COLUMN_STEP, end); at += QUAD_STEP) {
      own.best = contend(own.best, adjusted(row, at), may_be_drawn(at), at, counter);
    }
  }
  return own;
}

// The softmax of a row, and the largest z that counts for the draw.
struct Peak {
  softmax: Softmax,
  z: f32,
}

fn peak_of(row: u32, lane: u32) -> Peak {
  let end = parameters.vocabulary;
  var own = Softmax(first_maximum(row, 0u, end, lane), 0.0, 0.0);
  var z = LOWEST;
  for (var column = 4u * lane; column < end; column += COLUMN_STEP) {
    own = add_quads(own, row, column);
    @if(ADJUSTED) {
      for (var at = column; at < min(column + COLUMN_STEP, end); at += QUAD_STEP) {
        z = max(z, largest_of(adjusted(row, at)));
      }
    }
  }
  let softmax = merge_softmax(own, lane);
  @if(ADJUSTED) { return Peak(softmax, reduce_max(z, lane)); }
  @if(!ADJUSTED) { return Peak(softmax, softmax.m); }
}

// With two_reads sums are relative to the final maximum from the beginning.
fn first_maximum(row: u32, begin: u32, end: u32, lane: u32) -> f32 {
  var top = LOWEST;
  if parameters.two_reads == 1u {
    for (var column = begin + 4u * lane; column < end; column += QUAD_STEP) {
      top = max(top, largest_of(load(row, column)));
    }
    top = reduce_max(top, lane);
  }
  return top;
}

fn add_quads(before: Softmax, row: u32, column: u32) -> Softmax {
  var z: array<vec4f, QUADS>;
  var m = before.m;
  for (var q = 0u; q < QUADS; q += 1u) {
    z[q] = load(row, column + q * QUAD_STEP);
    m = max(m, largest_of(z[q]));
  }
  var sums = rescale(before, m);
  for (var q = 0u; q < QUADS; q += 1u) {
    let d = z[q] - m;
    let e = exp(d);
    sums.e += dot(e, vec4f(1.0));
    sums.ed += dot(e, d);
  }
  return sums;
}

fn rescale(sums: Softmax, m: f32) -> Softmax {
  let shift = sums.m - m;
  let scale = exp(shift);
  return Softmax(m, scale * sums.e, scale * (sums.ed + shift * sums.e));
}

fn merge_softmax(own: Softmax, lane: u32) -> Softmax {
  let m = reduce_max(own.m, lane);
  let sums = rescale(own, m);
  return Softmax(m, reduce_sum(sums.e, lane), reduce_sum(sums.ed, lane));
}

// The better of a candidate and four tokens; of equals, the one that came first. No noise is computed where none of the four can win.
fn contend(best: Candidate, z: vec4f, allowed: vec4<bool>, column: u32, counter: vec4u) -> Candidate {
  var next = best;
  if any(allowed & (z > vec4f(best.score - MOST_NOISE))) {
    var score = z;
    if parameters.greedy == 0u {
      score += gumbel(philox(counter + vec4u(0u, 0u, column >> 2u, 0u), vec2u(parameters.seed, 0u)));
    }
    score = select(vec4f(LOWEST), score, allowed);
    for (var i = 0u; i < 4u; i += 1u) {
      if score[i] > next.score {
        next = Candidate(score[i], f32(column + i));
      }
    }
  }
  return next;
}

// The best candidate of all lanes; of equals, the one with the lowest index. Indices below 2^24 are exact in a float.
fn merge_best(own: Candidate, lane: u32) -> Candidate {
  let winner = reduce_max(own.score, lane);
  let index = -reduce_max(select(LOWEST, -own.index, own.score == winner), lane);
  // Logits that are NaN have no winner, and any token does.
  return Candidate(winner, min(index, f32(parameters.vocabulary - 1u)));
}
