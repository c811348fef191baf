/* SPDX-License-Identifier: MIT */
/* Faults that a caller ordered: which calls of which leaves go wrong, the same for the same seed. */
#ifndef TDXDASH_LIB_FAULTS_H
#define TDXDASH_LIB_FAULTS_H

#include "error.h"

#include <stdbool.h>

/* A fault, and how often it could have struck and did. */
struct ordered_fault {
	struct tdxdash_fault fault;
	uint64_t met;
	uint64_t struck;
};

/* None when zeroed. */
struct faults {
	uint64_t random; /* the state of the generator */
	uint64_t struck; /* by all together */
	uint32_t count;
	struct ordered_fault ordered[TDXDASH_MAX_FAULTS];
};

/* Puts faults in place of those before. */
int32_t faults_order(struct faults *faults, uint64_t seed, const struct tdxdash_fault *fault, uint32_t count,
		     struct tdxdash_error *error);

/* Whether a fault of this kind strikes this call; target is the processor that calls, or the package of a key. Where one
 * does, status takes what it is to answer. */
bool faults_strike(struct faults *faults, enum tdxdash_fault_kind kind, uint64_t leaf, uint32_t target,
		   uint64_t *status);

#endif
