// Matrices stored as 16-bit floats: two to a 32-bit word, the lower half first, row after row without gaps.
// With BF16 a half is the upper half of a 32-bit float (bfloat16), otherwise it is an IEEE binary16. Both expand exactly.

// The two values of a word.
fn unpack_pair(word: u32) -> vec2f {
  @if(BF16) { return bitcast<vec2f>(vec2u(word << 16u, word & 0xffff0000u)); }
  @if(!BF16) { return unpack2x16float(word); }
}

const LARGEST = 65504.0;

// Two values as a word: the nearest binary16, ties to even, at most 65504 in magnitude. They are rounded before they are packed, because how
// pack2x16float rounds is the driver's choice.
fn pack_pair(pair: vec2f) -> u32 {
  let x = clamp(pair, vec2f(-LARGEST), vec2f(LARGEST));
  let bits = bitcast<vec2u>(x);
  let normal = bitcast<vec2f>((bits + 0xfffu + ((bits >> vec2u(13u)) & vec2u(1u))) & vec2u(0xffffe000u));
  return pack2x16float(select(normal, round(x * 0x1p24f) * 0x1p-24f, abs(x) < vec2f(0x1p-14f)));
}

// Four neighbouring values, from the two words that hold them.
fn unpack_quad(words: vec2u) -> vec4f {
  return vec4f(unpack_pair(words.x), unpack_pair(words.y));
}

// The value at an index, from the word that holds it.
fn unpack_one(word: u32, index: u32) -> f32 {
  return unpack_pair(word)[index & 1u];
}
