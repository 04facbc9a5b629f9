#include "CSimdJSON.h"

#include <simdjson.h>

#include <memory>

namespace {

using Parser = simdjson::internal::dom_parser_implementation;

// A parser keeps its memory from call to call; one that had a huge text gives it back.
constexpr size_t least_capacity = 128 * 1024;
constexpr size_t kept_capacity = 4 * 1024 * 1024;
thread_local std::unique_ptr<Parser> parser;

simdjson::error_code prepare(size_t length) {
  size_t capacity = length < least_capacity ? least_capacity : length;
  bool is_kept = parser && parser->capacity() >= capacity &&
                 (parser->capacity() <= kept_capacity || capacity > kept_capacity);
  if (is_kept) return simdjson::SUCCESS;
  parser.reset();
  return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, parser);
}

}

extern "C" {

CSimdJSONTokens csimdjson_tokens(const uint8_t *bytes, size_t length) {
  static const uint8_t nothing[1] = {0};
  if (length == 0) return {nullptr, 0, nullptr};
  simdjson::error_code error = prepare(length);
  if (error == simdjson::SUCCESS) {
    error = parser->stage1(bytes ? bytes : nothing, length, simdjson::stage1_mode::regular);
  }
  // Nothing but spaces.
  if (error == simdjson::EMPTY) return {nullptr, 0, nullptr};
  if (error != simdjson::SUCCESS) return {nullptr, 0, simdjson::error_message(error)};
  return {parser->structural_indexes.get(), parser->n_structural_indexes, nullptr};
}

bool csimdjson_is_utf8(const uint8_t *bytes, size_t length) {
  return length == 0 || simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

}
