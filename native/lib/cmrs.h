/* SPDX-License-Identifier: MIT */
/* The CMRs of an emulated platform, which are those that its metadata fields CMR_BASE and CMR_SIZE say. */
#ifndef TDXDASH_LIB_CMRS_H
#define TDXDASH_LIB_CMRS_H

#include "error.h"
#include "module.h"

/* The values of both fields; count is 0 where the module lacks one. */
struct cmr_slots {
	const uint64_t *bases;
	const uint64_t *sizes;
	uint32_t count;
};

struct cmr_slots cmr_slots_of(const struct module *module);

/* Whether a caller's CMRs can be; a size of 0 is refused unless slots may be empty. */
int32_t check_cmrs(const struct tdxdash_cmr *cmrs, uint32_t count, bool may_be_empty, struct tdxdash_error *error);

/* Puts CMRs in place of those that the module has, and zeros behind them. */
int32_t replace_cmrs(struct module *module, const struct tdxdash_cmr *cmrs, uint32_t count,
		     struct tdxdash_error *error);

#endif
