#include <postgresql/libpq-fe.h>

/// Whether libpq is installed. It is loaded with the first call, as it takes a dozen other libraries with it, which
/// would cost every start of a program some milliseconds. Nothing else may be called where this says no.
int CPostgreSQLIsThere(void);
