/* SPDX-License-Identifier: MIT */
#include "tdmr.h"

uint64_t read_u64(const unsigned char *from)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static struct range read_range(const unsigned char *from)
{
	return (struct range){ read_u64(from), read_u64(from + 8) };
}

struct tdmr_info tdmr_parse(const unsigned char bytes[TDMR_INFO_SIZE])
{
	struct tdmr_info info = { .tdmr = read_range(bytes) };

	/* The structure has the PAMTs from 1G down to 4K. */
	for (unsigned level = 0; level < PAMT_LEVELS; level++)
		info.pamt[level] = read_range(bytes + 16 * (PAMT_LEVELS - level));
	for (unsigned i = 0; i < TDMR_MAX_RESERVED; i++)
		info.reserved[i] = read_range(bytes + 16 * (1 + PAMT_LEVELS + i));
	return info;
}

struct tdmr_pieces tdmr_pieces_of(const struct tdmr_info *info)
{
	return (struct tdmr_pieces){ info, info->tdmr.base, 0 };
}

bool take_piece(struct tdmr_pieces *pieces, struct range *piece)
{
	const struct tdmr_info *info = pieces->info;
	uint64_t from = pieces->next;

	while (pieces->area < TDMR_MAX_RESERVED && info->reserved[pieces->area].size != 0) {
		struct range area = info->reserved[pieces->area++];
		uint64_t start = info->tdmr.base + area.base;

		from = pieces->next;
		pieces->next = start + area.size;
		if (start > from) {
			*piece = (struct range){ from, start - from };
			return true;
		}
	}

	from = pieces->next;
	if (from >= range_end(info->tdmr))
		return false;
	*piece = (struct range){ from, range_end(info->tdmr) - from };
	pieces->next = range_end(info->tdmr);
	return true;
}
