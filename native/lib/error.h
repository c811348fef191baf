/* SPDX-License-Identifier: MIT */
#ifndef TDXDASH_LIB_ERROR_H
#define TDXDASH_LIB_ERROR_H

#include "tdxdash.h"

/* Where a failure happened besides its text. */
struct failure {
	enum tdxdash_code code;
	int os_error;
	uint32_t line;
};

/* Fills error, if there is one, and returns the code. Text that does not fit is cut. */
__attribute__((format(printf, 4, 5))) int32_t fail(struct tdxdash_error *error, struct failure failure,
						   const char *remedy, const char *format, ...);

/* Makes error say that nothing failed, and returns TDXDASH_OK. */
int32_t succeed(struct tdxdash_error *error);

#endif
