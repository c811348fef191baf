/* SPDX-License-Identifier: MIT */
/* TDMR_INFO of the Intel TDX module ABI specification, and the ranges that it is made of. */
#ifndef TDXDASH_LIB_TDMR_H
#define TDXDASH_LIB_TDMR_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the structure, and its alignment. */
#define TDMR_INFO_SIZE 512u
#define TDMR_MAX_COUNT 64u
#define TDMR_MAX_RESERVED 16u
#define PAMT_LEVELS 3u

/* Bytes, as the caller gave them. In a reserved area the base is the offset from the TDMR's base. */
struct range {
	uint64_t base;
	uint64_t size;
};

struct tdmr_info {
	struct range tdmr;
	struct range pamt[PAMT_LEVELS]; /* 4K, 2M, 1G */
	struct range reserved[TDMR_MAX_RESERVED];
};

/* A walk over the pieces of a TDMR that are not reserved, ascending; its reserved areas must have been checked. */
struct tdmr_pieces {
	const struct tdmr_info *info;
	uint64_t next;
	uint32_t area;
};

static inline uint64_t range_end(struct range range)
{
	return range.base + range.size;
}

/* Whether base plus size fits 64 bits; so it does when the size is 0. */
static inline bool range_is_valid(struct range range)
{
	return range.base <= UINT64_MAX - range.size;
}

static inline bool range_overlaps(struct range a, struct range b)
{
	return a.base < range_end(b) && b.base < range_end(a);
}

static inline bool range_is_aligned(struct range range, uint64_t alignment)
{
	return range.base % alignment == 0 && range.size % alignment == 0;
}

/* Reads a number of the module's memory, which is little endian. */
uint64_t read_u64(const unsigned char *from);

/* Takes the structure out of its bytes; nothing is checked. */
struct tdmr_info tdmr_parse(const unsigned char bytes[TDMR_INFO_SIZE]);

/* Starts a walk. */
struct tdmr_pieces tdmr_pieces_of(const struct tdmr_info *info);

/* Takes the next piece. False when none is left. */
bool take_piece(struct tdmr_pieces *pieces, struct range *piece);

#endif
