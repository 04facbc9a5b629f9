// simdjson's first stage behind C functions: where the tokens of a JSON text begin.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The tokens of a text, or what is wrong with it.
typedef struct CSimdJSONTokens {
  /// Where each token begins: brackets, colons, commas, the opening quotes of strings, and the first bytes
  /// of everything else. One more position, past the text, follows. Valid until the next call on this thread.
  const uint32_t *_Nullable positions;
  size_t count;
  /// Null when all is well: the text is UTF-8, strings are closed and hold no control characters.
  const char *_Nullable problem;
} CSimdJSONTokens;

/// Finds the tokens of `bytes[0..<length]`, which may hold any number of values; reads nothing past them.
CSimdJSONTokens csimdjson_tokens(const uint8_t *_Nullable bytes, size_t length);

/// Whether the bytes are UTF-8.
bool csimdjson_is_utf8(const uint8_t *_Nullable bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
