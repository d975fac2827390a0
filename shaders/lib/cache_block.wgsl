// A block of KEYS positions of a sequence, as the lanes of a workgroup load its keys and values for one key-value head. A lane keeps what it
// loads as it lies in the cache and converts it when it is multiplied: whatever was done sooner would wait for memory.
import package::lib::cache::Cached;
import package::lib::cached_sequence::place_of;
import constants::HEAD_ELEMENTS;

@group(0) @binding(4) var<storage, read> cache_keys: array<Cached>; // [T, K, D]
@group(0) @binding(5) var<storage, read> cache_values: array<Cached>; // [T, K, D]

const INVOCATIONS = 128u;
const KEYS = 128u;
// Neighbouring lanes that share a key, and so read neighbouring memory.
const TEAM = 4u;
const TEAMS = INVOCATIONS / TEAM;
// Keys of a team, at which it works together, so that a query read from workgroup memory serves them all.
const ROUNDS = KEYS / TEAMS;
// Elements of a key that a lane takes, and how many of them it loads at a time.
const SHARE = (u32(HEAD_ELEMENTS) + TEAM - 1u) / TEAM;
const STEPS = min(SHARE, 2u);
const CHUNKS = (SHARE + STEPS - 1u) / STEPS;

// The smallest power of two from 8 on that gives every element of a head a lane; all lanes where a head has more elements.
const HEAD_LANES = clamp(1u << (32u - countLeadingZeros(u32(HEAD_ELEMENTS) - 1u)), 8u, INVOCATIONS);
const KEYS_TOGETHER = INVOCATIONS / HEAD_LANES;
const PIECES = (u32(HEAD_ELEMENTS) + HEAD_LANES - 1u) / HEAD_LANES;
// Values that a lane loads at a time, of as many times KEYS_TOGETHER keys.
const LOADS = 8u;
const LOAD_KEYS = LOADS * KEYS_TOGETHER;

// Where the keys of a workgroup lie.
struct Walk {
  origin: u32,
  prompt: vec2u,
  head: u32, // the first element of the head in a place
  stride: u32, // elements from a place to the next
  last: u32, // the newest position, which may lie in a later block
}

// The first element of a key or value in the cache; that of the last one for positions behind it.
fn first_of(walk: Walk, position: u32) -> u32 {
  return place_of(min(position, walk.last), walk.origin, walk.prompt) * walk.stride + walk.head;
}

// Elements of the keys of a team, a chunk of each.
alias Keys = array<array<Cached, STEPS>, ROUNDS>;

// The element that a lane takes as its i-th of a chunk. It may lie behind the head.
fn element_of(chunk: u32, i: u32, lane: u32) -> u32 {
  return (chunk * STEPS + i) * TEAM + lane % TEAM;
}

fn fetch_keys(keys: ptr<function, Keys>, walk: Walk, block: u32, chunk: u32, lane: u32) {
  for (var round = 0u; round < ROUNDS; round += 1u) {
    let begin = first_of(walk, block + round * TEAMS + lane / TEAM);
    for (var i = 0u; i < STEPS; i += 1u) {
      (*keys)[round][i] = cache_keys[begin + min(element_of(chunk, i, lane), HEAD_ELEMENTS - 1u)];
    }
  }
}

// Values of the keys from a position on, a piece of each.
alias Values = array<Cached, LOADS>;

fn fetch_values(loaded: ptr<function, Values>, walk: Walk, first: u32, piece: u32, lane: u32) {
  let d = min(piece * HEAD_LANES + lane % HEAD_LANES, HEAD_ELEMENTS - 1u);
  for (var i = 0u; i < LOADS; i += 1u) {
    (*loaded)[i] = cache_values[first_of(walk, first + i * KEYS_TOGETHER + lane / HEAD_LANES) + d];
  }
}
