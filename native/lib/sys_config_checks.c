/* SPDX-License-Identifier: MIT */
/* TDH.SYS.CONFIG: the checks of one TDMR, its reserved areas and its PAMT. */
#include "sys_config.h"

#include "field_id.h"

#define PAGE UINT64_C(4096)
#define GIB (UINT64_C(1) << 30)
#define PAMT_ENTRY_SIZE 16u
/* With Dynamic PAMT one bit stands for a 4 KiB page. */
#define PAGES_PER_BITMAP_BYTE 8u

bool is_plain_range(const struct module_platform *platform, struct range range)
{
	uint64_t last = range_end(range) - 1;

	return last >> platform->max_pa_bits == 0 && ((range.base | last) & platform_keyid_mask(platform)) == 0;
}

static uint64_t check_reserved(const struct tdmr_info *info, uint32_t index)
{
	for (uint32_t j = 0; j < TDMR_MAX_RESERVED; j++) {
		struct range area = info->reserved[j];

		if (area.size == 0) {
			/* The module names the null area, not the one that wrongly follows it. */
			if (j + 1 < TDMR_MAX_RESERVED && info->reserved[j + 1].size != 0)
				return with_info(TDX_NON_ORDERED_RESERVED_IN_TDMR, index, j, 0);
			continue;
		}

		if (!range_is_valid(area))
			return with_info(TDX_INVALID_RESERVED_IN_TDMR, index, j, 0);
		if (j > 0 && area.base < range_end(info->reserved[j - 1]))
			return with_info(TDX_NON_ORDERED_RESERVED_IN_TDMR, index, j, 0);
		if (!range_is_aligned(area, PAGE) || range_end(area) > info->tdmr.size)
			return with_info(TDX_INVALID_RESERVED_IN_TDMR, index, j, 0);
	}

	return TDX_SUCCESS;
}

uint64_t check_tdmr(const struct module_platform *platform, const struct tdmr_info *tdmrs, uint32_t index)
{
	struct range tdmr = tdmrs[index].tdmr;

	if (!range_is_valid(tdmr))
		return with_info(TDX_INVALID_TDMR, index, 0, 0);
	/* The one before was found valid, so that one comparison covers order and overlap. */
	if (index > 0 && tdmr.base < range_end(tdmrs[index - 1].tdmr))
		return with_info(TDX_NON_ORDERED_TDMR, index, 0, 0);
	if (!range_is_aligned(tdmr, GIB) || tdmr.size == 0 || !is_plain_range(platform, tdmr))
		return with_info(TDX_INVALID_TDMR, index, 0, 0);
	return check_reserved(&tdmrs[index], index);
}

static uint64_t check_pamt_form(const struct module_platform *platform, const struct tdmr_info *info, uint32_t index,
				bool dynamic_pamt)
{
	static const unsigned page_shift[PAMT_LEVELS] = { 12, 21, 30 };

	for (uint32_t level = PAMT_LEVELS; level-- > 0;) {
		struct range pamt = info->pamt[level];
		uint64_t pages = info->tdmr.size >> page_shift[level];
		uint64_t needed = dynamic_pamt && level == 0 ? pages / PAGES_PER_BITMAP_BYTE : pages * PAMT_ENTRY_SIZE;

		if (!range_is_valid(pamt) || pamt.size == 0 || !range_is_aligned(pamt, PAGE) ||
		    !is_plain_range(platform, pamt) || pamt.size < needed)
			return with_info(TDX_INVALID_PAMT, index, level, 0);
	}

	return TDX_SUCCESS;
}

static uint64_t check_against_pamts(const struct tdmr_info *tdmrs, uint32_t index)
{
	const struct range *own = tdmrs[index].pamt;

	for (uint32_t other = 0; other < index; other++) {
		for (uint32_t level = 0; level < PAMT_LEVELS; level++) {
			for (uint32_t k = 0; k < PAMT_LEVELS; k++) {
				if (range_overlaps(own[level], tdmrs[other].pamt[k]))
					return with_info(TDX_PAMT_OVERLAP, index, level, other);
			}
		}
	}

	if (range_overlaps(own[0], own[1]) || range_overlaps(own[0], own[2]))
		return with_info(TDX_PAMT_OVERLAP, index, 0, index);
	return range_overlaps(own[1], own[2]) ? with_info(TDX_PAMT_OVERLAP, index, 1, index) : TDX_SUCCESS;
}

/* Whether a range covers memory of a TDMR that is not reserved. */
static bool uses_memory_of(const struct tdmr_info *info, struct range range)
{
	struct tdmr_pieces pieces = tdmr_pieces_of(info);
	struct range piece;

	while (take_piece(&pieces, &piece)) {
		if (range_overlaps(piece, range))
			return true;
	}

	return false;
}

/* The first PAMT level of owner that covers memory of another that is not reserved; PAMT_LEVELS when none does. */
static uint32_t first_level_in(const struct tdmr_info *memory, const struct tdmr_info *owner)
{
	uint32_t level = 0;

	while (level < PAMT_LEVELS && !uses_memory_of(memory, owner->pamt[level]))
		level++;
	return level;
}

static uint64_t check_against_memory(const struct tdmr_info *tdmrs, uint32_t index)
{
	for (uint32_t other = 0; other <= index; other++) {
		uint32_t level = first_level_in(&tdmrs[other], &tdmrs[index]);

		if (level < PAMT_LEVELS)
			return with_info(TDX_PAMT_OVERLAP, index, level, other);
		level = other < index ? first_level_in(&tdmrs[index], &tdmrs[other]) : PAMT_LEVELS;
		if (level < PAMT_LEVELS)
			return with_info(TDX_PAMT_OVERLAP, other, level, index);
	}

	return TDX_SUCCESS;
}

uint64_t check_pamt(const struct module_platform *platform, const struct tdmr_info *tdmrs, uint32_t index,
		    bool dynamic_pamt)
{
	uint64_t status = check_pamt_form(platform, &tdmrs[index], index, dynamic_pamt);

	if (status == TDX_SUCCESS)
		status = check_against_pamts(tdmrs, index);
	return status == TDX_SUCCESS ? check_against_memory(tdmrs, index) : status;
}

/* Memory may span CMRs that touch; used ones are compared only with the used one before them in the list. */
static bool is_convertible(const struct cmr_slots *cmrs, struct range range)
{
	uint64_t start = 0;
	uint64_t end = 0;

	for (uint32_t i = 0; i < cmrs->count; i++) {
		if (cmrs->sizes[i] == 0)
			continue;
		if (cmrs->bases[i] != end)
			start = cmrs->bases[i];
		end = cmrs->bases[i] + cmrs->sizes[i];
		if (range.base >= start && range_end(range) <= end)
			return true;
	}

	return false;
}

uint64_t check_inside_cmrs(const struct cmr_slots *cmrs, const struct tdmr_info *info, uint32_t index)
{
	struct tdmr_pieces pieces = tdmr_pieces_of(info);
	struct range piece;

	for (uint32_t level = PAMT_LEVELS; level-- > 0;) {
		if (!is_convertible(cmrs, info->pamt[level]))
			return with_info(TDX_PAMT_OUTSIDE_CMRS, index, level, 0);
	}

	while (take_piece(&pieces, &piece)) {
		if (!is_convertible(cmrs, piece))
			return with_info(TDX_TDMR_OUTSIDE_CMRS, index, 0, 0);
	}

	return TDX_SUCCESS;
}
