// The functions of libpq under their own names, each found in the library when it is first called.

#include "include/CPostgreSQL.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

#if defined(__APPLE__)
static const char libraryName[] = "libpq.5.dylib";
#else
static const char libraryName[] = "libpq.so.5";
#endif

static void *library(void) {
  static _Atomic(void *) known;
  void *handle = atomic_load(&known);
  if (handle == NULL) {
    handle = dlopen(libraryName, RTLD_LAZY | RTLD_LOCAL);
    atomic_store(&known, handle);
  }
  return handle;
}

int CPostgreSQLIsThere(void) { return library() != NULL; }

// Threads that come at once find the same.
#define FOUND(name) \
  static _Atomic(__typeof__(&name)) known; \
  __typeof__(&name) function = atomic_load(&known); \
  if (function == NULL) { \
    function = (__typeof__(&name))dlsym(library(), #name); \
    atomic_store(&known, function); \
  }

#define GIVES(result, name, parameters, arguments) \
  result name parameters { FOUND(name) return function arguments; }
#define DOES(name, parameters, arguments) \
  void name parameters { FOUND(name) function arguments; }

GIVES(PQconninfoOption *, PQconninfoParse, (const char *text, char **message), (text, message))
DOES(PQconninfoFree, (PQconninfoOption *options), (options))
GIVES(PGconn *, PQconnectdbParams, (const char *const *keywords, const char *const *values, int expand),
      (keywords, values, expand))
DOES(PQfinish, (PGconn *connection), (connection))
GIVES(ConnStatusType, PQstatus, (const PGconn *connection), (connection))
GIVES(PGTransactionStatusType, PQtransactionStatus, (const PGconn *connection), (connection))
GIVES(const char *, PQparameterStatus, (const PGconn *connection, const char *name), (connection, name))
GIVES(int, PQconnectionNeedsPassword, (const PGconn *connection), (connection))
GIVES(char *, PQerrorMessage, (const PGconn *connection), (connection))
GIVES(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn *connection, PQnoticeReceiver receiver, void *context),
      (connection, receiver, context))

GIVES(int, PQsocket, (const PGconn *connection), (connection))
GIVES(int, PQsetnonblocking, (PGconn *connection, int isOn), (connection, isOn))
GIVES(int, PQflush, (PGconn *connection), (connection))
GIVES(int, PQconsumeInput, (PGconn *connection), (connection))
GIVES(PGnotify *, PQnotifies, (PGconn *connection), (connection))
GIVES(int, PQisBusy, (PGconn *connection), (connection))
GIVES(int, PQenterPipelineMode, (PGconn *connection), (connection))
GIVES(int, PQpipelineSync, (PGconn *connection), (connection))
GIVES(int, PQsendPrepare,
      (PGconn *connection, const char *name, const char *text, int count, const Oid *types),
      (connection, name, text, count, types))
GIVES(int, PQsendQueryPrepared,
      (PGconn *connection, const char *name, int count, const char *const *values, const int *lengths,
       const int *formats, int format),
      (connection, name, count, values, lengths, formats, format))

GIVES(PGcancel *, PQgetCancel, (PGconn *connection), (connection))
DOES(PQfreeCancel, (PGcancel *cancel), (cancel))
GIVES(int, PQcancel, (PGcancel *cancel, char *message, int size), (cancel, message, size))

GIVES(PGresult *, PQexec, (PGconn *connection, const char *text), (connection, text))
GIVES(PGresult *, PQexecParams,
      (PGconn *connection, const char *text, int count, const Oid *types, const char *const *values,
       const int *lengths, const int *formats, int format),
      (connection, text, count, types, values, lengths, formats, format))
GIVES(PGresult *, PQprepare,
      (PGconn *connection, const char *name, const char *text, int count, const Oid *types),
      (connection, name, text, count, types))
GIVES(PGresult *, PQdescribePrepared, (PGconn *connection, const char *name), (connection, name))
GIVES(PGresult *, PQgetResult, (PGconn *connection), (connection))
GIVES(int, PQgetCopyData, (PGconn *connection, char **bytes, int isAsync), (connection, bytes, isAsync))
GIVES(int, PQputCopyData, (PGconn *connection, const char *bytes, int count), (connection, bytes, count))
GIVES(int, PQputCopyEnd, (PGconn *connection, const char *message), (connection, message))
GIVES(char *, PQescapeLiteral, (PGconn *connection, const char *text, size_t count), (connection, text, count))
DOES(PQfreemem, (void *memory), (memory))

GIVES(ExecStatusType, PQresultStatus, (const PGresult *result), (result))
GIVES(char *, PQresultErrorField, (const PGresult *result, int field), (result, field))
DOES(PQclear, (PGresult *result), (result))
GIVES(char *, PQcmdStatus, (PGresult *result), (result))
GIVES(char *, PQcmdTuples, (PGresult *result), (result))
GIVES(int, PQntuples, (const PGresult *result), (result))
GIVES(int, PQnfields, (const PGresult *result), (result))
GIVES(char *, PQfname, (const PGresult *result, int column), (result, column))
GIVES(int, PQfnumber, (const PGresult *result, const char *name), (result, name))
GIVES(Oid, PQftype, (const PGresult *result, int column), (result, column))
GIVES(int, PQfmod, (const PGresult *result, int column), (result, column))
GIVES(Oid, PQftable, (const PGresult *result, int column), (result, column))
GIVES(int, PQftablecol, (const PGresult *result, int column), (result, column))
GIVES(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column))
GIVES(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column))
GIVES(int, PQgetlength, (const PGresult *result, int row, int column), (result, row, column))
