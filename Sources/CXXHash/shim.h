#define XXH_INLINE_ALL
#include <xxhash.h>

/// XXH3, 64 bits, seed 0. (xxHash renames its functions by macros, which Swift does not see.)
static inline uint64_t cxxhash_xxh3(const void *bytes, size_t length) { return XXH3_64bits(bytes, length); }
