// The border of the kept tokens (lib/kept), a digit of DIGIT_BITS bits at a time: a histogram counts the tokens by that digit, among those
// whose higher digits are the border's, and a scan finds the bin that the border lies in. Amounts are whole numbers of 64 bits, so the order
// in which lanes add them does not matter: 1 for a token, or its e^-x in units of 2^-36.
// Tokens so unlikely that V of them would not hold the share 1 - top_p are not among those that top_p keeps, and are never counted.
import package::lib::drawn_logits::{COLUMN_STEP, QUADS, QUAD_STEP, adjusted, parameters};
import package::lib::kept::{Digit, X_BITS, all_within, any_counts, counted};
import package::lib::reduce::reduce_sum;
import constants::{LANES, DIGIT_BITS};

const BINS = 1u << DIGIT_BITS;
const LOW_WORD = 0x1p32f;
const UNITS_OF_HIGH = 16.0;

var<workgroup> low: array<atomic<u32>, BINS>;
var<workgroup> high: array<atomic<u32>, BINS>;
var<workgroup> scanned: array<vec2u, LANES>;
var<workgroup> found: Found;

// What is wanted lies in this bin, and so much of it is wanted from the bin itself.
struct Found {
  bin: u32,
  wanted: vec2u,
}

// The smallest border that keeps top_k tokens or, by mass, the share top_p of what `widest` keeps; `widest` where none does.
fn smallest_border(row: u32, peak: f32, widest: u32, by_mass: bool, lane: u32) -> u32 {
  var wanted = vec2u(parameters.top_k, 0u);
  var narrower = widest;
  if by_mass {
    let mass = mass_within(row, peak, widest, lane);
    wanted = share_of(mass);
    // Half of it, so that rounding does not matter.
    let least = 0.5 * (1.0 - parameters.top_p) * mass / f32(parameters.vocabulary);
    narrower = min(widest, bitcast<u32>(-log(least)));
  }
  var border = 0u;
  for (var end = X_BITS; end > 0u;) {
    let shift = max(end, DIGIT_BITS) - DIGIT_BITS;
    let digit = Digit(shift, end, border, narrower);
    fill_bins(row, peak, digit, by_mass, lane);
    let own = sum_of_bins(lane);
    let through = scan(own, lane);
    let place = find(wanted, through, own, lane);
    if place.bin == BINS {
      return widest;
    }
    border |= place.bin << shift;
    wanted = place.wanted;
    end = shift;
  }
  return border;
}

// The sum of e^-x within a border.
fn mass_within(row: u32, peak: f32, border: u32, lane: u32) -> f32 {
  let kept = all_within(border);
  var sum = 0.0;
  for (var column = 4u * lane; column < parameters.vocabulary; column += COLUMN_STEP) {
    for (var q = 0u; q < QUADS; q += 1u) {
      let at = column + q * QUAD_STEP;
      let x = peak - adjusted(row, at);
      sum += dot(select(vec4f(0.0), exp(-x), counted(x, at, kept)), vec4f(1.0));
    }
  }
  return reduce_sum(sum, lane);
}

fn fill_bins(row: u32, peak: f32, digit: Digit, by_mass: bool, lane: u32) {
  for (var bin = lane; bin < BINS; bin += LANES) {
    atomicStore(&low[bin], 0u);
    atomicStore(&high[bin], 0u);
  }
  workgroupBarrier();
  for (var column = 4u * lane; column < parameters.vocabulary; column += COLUMN_STEP) {
    // Quads that count are loaded again, from the cache, in a loop that no driver can unroll.
    if any_counts(row, column, peak, digit) {
      for (var at = column; at < min(column + COLUMN_STEP, parameters.vocabulary); at += QUAD_STEP) {
        let x = peak - adjusted(row, at);
        add_quad(x, counted(x, at, digit), digit, by_mass);
      }
    }
  }
  workgroupBarrier();
}

fn add_quad(x: vec4f, counts: vec4<bool>, digit: Digit, by_mass: bool) {
  let bins = (bitcast<vec4u>(x) >> vec4u(digit.shift)) & vec4u(BINS - 1u);
  let units = exp(-x) * UNITS_OF_HIGH;
  let whole = floor(units);
  let lower = select(vec4u(1u), vec4u((units - whole) * LOW_WORD), by_mass);
  let upper = select(vec4u(0u), vec4u(whole), by_mass);
  for (var i = 0u; i < 4u; i += 1u) {
    if counts[i] {
      add_to_bin(bins[i], vec2u(lower[i], upper[i]));
    }
  }
}

fn add_to_bin(bin: u32, amount: vec2u) {
  let before = atomicAdd(&low[bin], amount.x);
  let upper = amount.y + select(0u, 1u, before + amount.x < before);
  if upper > 0u {
    atomicAdd(&high[bin], upper);
  }
}

fn bin_of(lane: u32, i: u32) -> u32 {
  return lane * (BINS / LANES) + i;
}

fn amount_in(bin: u32) -> vec2u {
  return vec2u(atomicLoad(&low[bin]), atomicLoad(&high[bin]));
}

fn sum_of_bins(lane: u32) -> vec2u {
  var sum = vec2u(0u);
  for (var i = 0u; i < BINS / LANES; i += 1u) {
    sum = plus(sum, amount_in(bin_of(lane, i)));
  }
  return sum;
}

// The sum over this lane and all before it.
fn scan(own: vec2u, lane: u32) -> vec2u {
  var sum = own;
  scanned[lane] = sum;
  workgroupBarrier();
  for (var distance = 1u; distance < LANES; distance <<= 1u) {
    let before = scanned[max(lane, distance) - distance];
    workgroupBarrier();
    sum = select(sum, plus(sum, before), lane >= distance);
    scanned[lane] = sum;
    workgroupBarrier();
  }
  return sum;
}

// The bin with which the sum of bins reaches `wanted`, which is at least 1; BINS where no bin does.
fn find(wanted: vec2u, through: vec2u, own: vec2u, lane: u32) -> Found {
  if lane == 0u {
    found = Found(BINS, wanted);
  }
  workgroupBarrier();
  var left = minus(wanted, minus(through, own));
  if !is_less(through, wanted) && is_less(minus(through, own), wanted) {
    var i = 0u;
    for (; i + 1u < BINS / LANES; i += 1u) {
      let amount = amount_in(bin_of(lane, i));
      if !is_less(amount, left) {
        break;
      }
      left = minus(left, amount);
    }
    found = Found(bin_of(lane, i), left);
  }
  return workgroupUniformLoad(&found);
}

// top_p of a mass, and at least 1, so that a token is kept.
fn share_of(mass: f32) -> vec2u {
  let units = parameters.top_p * mass * UNITS_OF_HIGH;
  let whole = floor(units);
  let share = vec2u(u32((units - whole) * LOW_WORD), u32(whole));
  return select(share, vec2u(1u, 0u), all(share == vec2u(0u)));
}

fn plus(a: vec2u, b: vec2u) -> vec2u {
  let lower = a.x + b.x;
  return vec2u(lower, a.y + b.y + select(0u, 1u, lower < a.x));
}

fn minus(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn is_less(a: vec2u, b: vec2u) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}
