/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int32_t fail(struct tdxdash_error *error, struct failure failure, const char *remedy, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return (int32_t)failure.code;

	memset(error, 0, sizeof(*error));
	error->code = (uint32_t)failure.code;
	error->os_error = failure.os_error;
	error->line = failure.line;
	va_start(arguments, format);
	(void)vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	(void)snprintf(error->remedy, sizeof(error->remedy), "%s", remedy);
	return (int32_t)failure.code;
}

int32_t succeed(struct tdxdash_error *error)
{
	if (error)
		memset(error, 0, sizeof(*error));
	return TDXDASH_OK;
}
