/* SPDX-License-Identifier: MIT */
/* The memory of an emulated platform: the pages that were written, by physical address. */
#ifndef TDXDASH_LIB_MEMORY_H
#define TDXDASH_LIB_MEMORY_H

#include "error.h"

struct memory_page {
	uint64_t address;
	unsigned char *bytes;
};

/* Empty when zeroed. */
struct memory {
	uint32_t page_count;
	struct memory_page pages[TDXDASH_MAX_EMULATED_PAGES];
};

/* Writes wholly or not at all. */
int32_t memory_write(struct memory *memory, uint64_t address, const void *bytes, uint64_t size,
		     struct tdxdash_error *error);

/* Memory that was never written reads as zero, at any address. */
void memory_read(const struct memory *memory, uint64_t address, void *bytes, uint64_t size);

/* Empties it, and frees its pages. */
void memory_clear(struct memory *memory);

#endif
