#include "CSimdJSON.h"

#include <simdjson.h>

extern "C" bool csimdjson_is_utf8(const uint8_t *bytes, size_t length) {
  return length == 0 || simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}
