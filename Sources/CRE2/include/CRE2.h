// RE2 behind C functions: text is bytes and a length, never zero-terminated; positions are byte offsets.
#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CRE2Expression CRE2Expression;

/// Compiles UTF-8 source; never gives null. Freed with `cre2_free`.
CRE2Expression *_Nonnull cre2_compile(const uint8_t *_Nullable source, size_t length);

void cre2_free(CRE2Expression *_Nonnull expression);

/// What is wrong with the source; null when it compiled. Lives as long as the expression.
const char *_Nullable cre2_problem(const CRE2Expression *_Nonnull expression);

/// The part of the source that the problem is about; may be empty.
const char *_Nonnull cre2_problem_part(const CRE2Expression *_Nonnull expression);

/// Number of capturing groups, without the whole match.
int32_t cre2_group_count(const CRE2Expression *_Nonnull expression);

/// Whether the whole text matches.
bool cre2_matches(const CRE2Expression *_Nonnull expression, const uint8_t *_Nullable text, size_t length);

/// Finds the first match that begins at `start` or later. Writes the start and end of the whole match and
/// of each group, `bound_count` pairs; -1 where a group took no part.
bool cre2_find(
  const CRE2Expression *_Nonnull expression, const uint8_t *_Nullable text, size_t length, size_t start,
  int64_t *_Nullable bounds, int32_t bound_count);

#ifdef __cplusplus
}
#endif

#endif
