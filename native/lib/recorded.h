/* SPDX-License-Identifier: MIT */
/* A recording of SEAMCALLs that answers what was recorded. */
#ifndef TDXDASH_LIB_RECORDED_H
#define TDXDASH_LIB_RECORDED_H

#include "error.h"

/* A recorded call, in its place among those of the same leaf and input registers. */
struct recorded_entry {
	struct tdxdash_recorded_call call;
	uint32_t position; /* in the recording */
	uint32_t taken;    /* in the first entry of a group of equal questions: how many of its answers were given */
};

/* Empty when zeroed. The entries are sorted by question, and equal questions by position. */
struct recorded {
	uint32_t entry_count;
	struct recorded_entry *entries;
	unsigned char *pages;
	struct tdxdash_error *failures;
};

/* Copies a recording, once it was found to be one. On failure recorded is to be cleared. */
int32_t recorded_open(const struct tdxdash_recording *recording, struct recorded *recorded,
		      struct tdxdash_error *error);

/* The next answer to this question; registers and page change only where there is one. */
int32_t recorded_answer(struct recorded *recorded, uint64_t leaf, struct tdxdash_registers *registers,
			unsigned char *page, struct tdxdash_error *error);

void recorded_clear(struct recorded *recorded);

#endif
