// Which tokens top-k and top-p keep. x = m - z is a token's distance from the largest z. It is not negative, so its bits sort as it does,
// and a token is kept where they are at most the border's. top_k keeps the k most probable tokens. Of those, top_p keeps the fewest most
// probable ones that hold at least this share of their probability. Tokens that tie at the border are all kept.
// The border is found a digit of DIGIT_BITS bits at a time: a histogram counts the tokens by that digit, among those whose higher digits
// are the border's, and a scan finds the bin that the border lies in. Amounts are whole numbers of 64 bits, so the order in which lanes add
// them does not matter: 1 for a token, or its e^-x in units of 2^-40, of which 2^24 fit.
import package::lib::drawn_logits::{COLUMN_STEP, QUADS, QUAD_STEP, adjusted, may_be_drawn, parameters};
import constants::{LANES, DIGIT_BITS};

const BINS = 1u << DIGIT_BITS;
const LARGEST_BITS = 0x7f7fffffu;
const X_BITS = 31u;
const LOW_WORD = 4294967296.0;

var<workgroup> low: array<atomic<u32>, BINS>;
var<workgroup> high: array<atomic<u32>, BINS>;
var<workgroup> scanned: array<vec2u, LANES>;
var<workgroup> found: Found;

// What is wanted lies in this bin, and so much of it is wanted from the bin itself.
struct Found {
  bin: u32,
  wanted: vec2u,
}

// The bits of x from `shift` to `end` are the digit, and those from `end` on must be those of `border`. No x beyond `widest` counts.
struct Digit {
  shift: u32,
  end: u32,
  border: u32,
  widest: u32,
}

// What counts are the tokens that are kept.
fn kept_tokens(row: u32, peak: f32, lane: u32) -> Digit {
  var border = LARGEST_BITS;
  // First by the number of tokens, then by mass.
  let end = select(1u, 2u, parameters.top_p < 1.0);
  for (var mass = select(1u, 0u, parameters.top_k > 0u); mass < end; mass += 1u) {
    border = smallest_border(row, peak, border, mass == 1u, lane);
  }
  return Digit(0u, X_BITS, 0u, min(border, parameters.min_p_border));
}

// The smallest border that keeps top_k tokens or, by mass, the share top_p of what `widest` keeps; `widest` where none does.
fn smallest_border(row: u32, peak: f32, widest: u32, by_mass: bool, lane: u32) -> u32 {
  var wanted = vec2u(parameters.top_k, 0u);
  var border = 0u;
  for (var end = X_BITS; end > 0u;) {
    let digit = Digit(max(end, DIGIT_BITS) - DIGIT_BITS, end, border, widest);
    fill_bins(row, peak, digit, by_mass, lane);
    let own = sum_of_bins(lane);
    let through = scan(own, lane);
    if by_mass && end == X_BITS {
      wanted = share_of(workgroupUniformLoad(&scanned[LANES - 1u]));
    }
    let place = find(wanted, through, own, lane);
    if place.bin == BINS {
      return widest;
    }
    border |= place.bin << digit.shift;
    wanted = place.wanted;
    end = digit.shift;
  }
  return border;
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

fn any_counts(row: u32, column: u32, peak: f32, digit: Digit) -> bool {
  var found = vec4<bool>(false);
  for (var q = 0u; q < QUADS; q += 1u) {
    let at = column + q * QUAD_STEP;
    found |= counted(peak - adjusted(row, at), at, digit);
  }
  return any(found);
}

fn counted(x: vec4f, column: u32, digit: Digit) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  let has_digits = bits >> vec4u(digit.end) == vec4u(digit.border >> digit.end);
  return may_be_drawn(column) & (bits <= vec4u(digit.widest)) & has_digits;
}

fn add_quad(x: vec4f, counts: vec4<bool>, digit: Digit, by_mass: bool) {
  let bins = (bitcast<vec4u>(x) >> vec4u(digit.shift)) & vec4u(BINS - 1u);
  // Units of 2^-8, and what is left of them in units of 2^-40.
  let units = exp(-x) * 256.0;
  for (var i = 0u; i < 4u; i += 1u) {
    if counts[i] {
      let whole = floor(units[i]);
      add_to_bin(bins[i], select(vec2u(1u, 0u), vec2u(u32((units[i] - whole) * LOW_WORD), u32(whole)), by_mass));
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
fn share_of(mass: vec2u) -> vec2u {
  let share = parameters.top_p * (f32(mass.y) * LOW_WORD + f32(mass.x));
  let upper = floor(share / LOW_WORD);
  return select(vec2u(u32(share - upper * LOW_WORD), u32(upper)), vec2u(1u, 0u), share < 1.0);
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
