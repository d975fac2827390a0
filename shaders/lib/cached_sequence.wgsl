// Where the keys and values of a sequence lie in the cache: those of its prompt at places of their own, which other sequences may share, and
// behind them its own.

// The place of a position of a sequence. prompt: the place of its first position, and how many positions lie there; the others lie at
// origin + position, mod 2^32, for its own first place may be nearer to 0 than the length of its prompt.
fn place_of(position: u32, origin: u32, prompt: vec2u) -> u32 {
  return select(origin, prompt.x, position < prompt.y) + position;
}
