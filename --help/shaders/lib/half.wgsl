// Matrices stored as 16-bit floats: two to a 32-bit word, row after row without gaps.

// Four neighbouring values, from the two words that hold them.
fn unpack_quad(words: vec2u) -> vec4f {
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}

// The value at an index, from the word that holds it.
fn unpack_one(word: u32, index: u32) -> f32 {
  return unpack2x16float(word)[index & 1u];
}
