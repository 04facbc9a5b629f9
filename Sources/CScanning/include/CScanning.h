// Finds the bytes that separate the fields and rows of a delimited text, 64 at a time.
#ifndef CSCANNING_H
#define CSCANNING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What carries over from one piece of a text to the next; all 0 but `may_open` (1) at the start of a row.
typedef struct CScanningState {
  /// All ones inside of quotes.
  uint64_t inside;
  /// 1 when a quote may open a field here: after a separator, a row's end, or the first half of `""`.
  uint64_t may_open;
  /// 1 when the field must end here: after a closing quote.
  uint64_t must_end;
} CScanningState;

/// What a piece of a text holds.
typedef struct CScanningResult {
  /// Positions written: of separators and of row ends (line feeds), in order, outside of quotes.
  size_t count;
  /// How many of them are row ends.
  size_t row_ends;
  /// The first byte that breaks the rules of quoting; `end` when there is none. Positions end before it.
  size_t problem;
} CScanningResult;

/// Scans `bytes[start..<end]`. `positions` has room for `end - start + 8`. 64 bytes past `end` can be read.
CScanningResult cscanning_index(
  const uint8_t *_Nonnull bytes, size_t start, size_t end, uint8_t separator, uint8_t quote,
  CScanningState *_Nonnull state, uint32_t *_Nonnull positions);

/// Counts two kinds of bytes in `bytes[0..<length]`; nothing past the end is read.
void cscanning_count(
  const uint8_t *_Nonnull bytes, size_t length, uint8_t first, uint8_t second, size_t *_Nonnull first_count,
  size_t *_Nonnull second_count);

#ifdef __cplusplus
}
#endif

#endif
