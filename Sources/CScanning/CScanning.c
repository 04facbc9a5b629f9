#include "CScanning.h"

#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef uint8_t Bytes __attribute__((ext_vector_type(64)));
typedef bool Bits __attribute__((ext_vector_type(64)));

#define EQUAL_BITS(result, vector, byte)                          \
  do {                                                            \
    Bits bits = __builtin_convertvector((vector) == (byte), Bits); \
    memcpy(&(result), &bits, 8);                                  \
  } while (0)

// Each bit becomes the parity of itself and all lower ones.
INLINE uint64_t prefix_parity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

INLINE CScanningResult index_text(
  const uint8_t *bytes, size_t start, size_t end, uint8_t separator, uint8_t quote, CScanningState *state,
  uint32_t *positions) {
  CScanningResult result = {0, 0, end};
  for (size_t at = start; at < end; at += 64) {
    Bytes text;
    memcpy(&text, bytes + at, 64);
    uint64_t separators, row_ends, quotes;
    EQUAL_BITS(separators, text, separator);
    EQUAL_BITS(row_ends, text, '\n');
    EQUAL_BITS(quotes, text, quote);
    uint64_t valid = end - at >= 64 ? ~0ull : (1ull << (end - at)) - 1;
    quotes &= valid;
    row_ends &= valid;
    uint64_t found = (separators & valid) | row_ends;
    uint64_t problems = 0;
    if (__builtin_expect((quotes | state->inside | state->must_end) != 0, 0)) {
      uint64_t returns;
      EQUAL_BITS(returns, text, '\r');
      uint64_t inside = prefix_parity(quotes) ^ state->inside;
      uint64_t opening = quotes & inside;
      uint64_t closing = quotes & ~inside;
      found &= ~inside;
      row_ends &= ~inside;
      uint64_t openers = found | closing;
      problems = opening & ~(openers << 1 | state->may_open);
      problems |= (closing << 1 | state->must_end) & valid & ~(found | opening | returns);
      state->inside = (uint64_t)((int64_t)inside >> 63);
      state->may_open = openers >> 63;
      state->must_end = closing >> 63;
      if (problems != 0) {
        uint64_t before = (problems & -problems) - 1;
        result.problem = at + (size_t)__builtin_ctzll(problems);
        found &= before;
        row_ends &= before;
      }
    } else {
      state->may_open = found >> 63;
    }
    size_t count = (size_t)__builtin_popcountll(found);
    uint32_t *next = positions + result.count;
    // Eight at a time without asking; what is too much is overwritten.
    for (size_t written = 0; written < count; written += 8) {
      for (int lane = 0; lane < 8; lane++) {
        next[written + lane] = (uint32_t)at + (uint32_t)(found == 0 ? 0 : __builtin_ctzll(found));
        found &= found - 1;
      }
    }
    result.count += count;
    result.row_ends += (size_t)__builtin_popcountll(row_ends);
    if (problems != 0) break;
  }
  return result;
}

INLINE void count_bytes(
  const uint8_t *bytes, size_t length, uint8_t first, uint8_t second, size_t *first_count,
  size_t *second_count) {
  size_t firsts = 0, seconds = 0, at = 0;
  for (; at + 64 <= length; at += 64) {
    Bytes text;
    memcpy(&text, bytes + at, 64);
    uint64_t one, two;
    EQUAL_BITS(one, text, first);
    EQUAL_BITS(two, text, second);
    firsts += (size_t)__builtin_popcountll(one);
    seconds += (size_t)__builtin_popcountll(two);
  }
  for (; at < length; at++) {
    firsts += bytes[at] == first;
    seconds += bytes[at] == second;
  }
  *first_count = firsts;
  *second_count = seconds;
}

#define VARIANT(name, attributes)                                                                          \
  attributes static CScanningResult index_##name(                                                          \
    const uint8_t *bytes, size_t start, size_t end, uint8_t separator, uint8_t quote, CScanningState *state,\
    uint32_t *positions) {                                                                                 \
    return index_text(bytes, start, end, separator, quote, state, positions);                              \
  }                                                                                                        \
  attributes static void count_##name(                                                                     \
    const uint8_t *bytes, size_t length, uint8_t first, uint8_t second, size_t *first_count,               \
    size_t *second_count) {                                                                                \
    count_bytes(bytes, length, first, second, first_count, second_count);                                  \
  }

VARIANT(plain, )

#if defined(__x86_64__)
VARIANT(avx2, __attribute__((target("avx2,bmi,popcnt"))))
VARIANT(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,bmi,popcnt"))))

enum Level { UNKNOWN, PLAIN, AVX2, AVX512 };

// Racing threads find the same answer.
static enum Level level(void) {
  static _Atomic(enum Level) known = UNKNOWN;
  if (known == UNKNOWN) {
    __builtin_cpu_init();
    known = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") ? AVX512
          : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")          ? AVX2
                                                                                     : PLAIN;
  }
  return known;
}
#endif

CScanningResult cscanning_index(
  const uint8_t *bytes, size_t start, size_t end, uint8_t separator, uint8_t quote, CScanningState *state,
  uint32_t *positions) {
#if defined(__x86_64__)
  if (level() == AVX512) return index_avx512(bytes, start, end, separator, quote, state, positions);
  if (level() == AVX2) return index_avx2(bytes, start, end, separator, quote, state, positions);
#endif
  return index_plain(bytes, start, end, separator, quote, state, positions);
}

void cscanning_count(
  const uint8_t *bytes, size_t length, uint8_t first, uint8_t second, size_t *first_count,
  size_t *second_count) {
#if defined(__x86_64__)
  if (level() == AVX512) {
    count_avx512(bytes, length, first, second, first_count, second_count);
    return;
  }
  if (level() == AVX2) {
    count_avx2(bytes, length, first, second, first_count, second_count);
    return;
  }
#endif
  count_plain(bytes, length, first, second, first_count, second_count);
}
