// simdjson behind C functions.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether the bytes are UTF-8.
bool csimdjson_is_utf8(const uint8_t *_Nullable bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
