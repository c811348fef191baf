/* SPDX-License-Identifier: MIT */
#include "seamldr_params.h"

#include "tdmr.h"

#include <string.h>

#define VERSION 0u
#define SCENARIO 4u
#define SIGSTRUCT 8u
#define RESERVED 16u
#define MODULE_PAGES 120u
#define MODULE_PAGE_ADDRESSES 128u

static bool is_zero(const unsigned char *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		if (bytes[i] != 0)
			return false;
	}

	return true;
}

static bool are_shared_pages(const struct module_platform *platform, const unsigned char *addresses, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (!platform_is_shared(platform, read_u64(addresses + 8 * i), TDXDASH_PAGE_SIZE))
			return false;
	}

	return true;
}

bool seamldr_params_read(const struct memory *memory, const struct module_platform *platform, uint64_t address,
			 uint32_t *scenario)
{
	unsigned char bytes[SEAMLDR_PARAMS_SIZE];
	uint64_t head;
	uint64_t pages;

	if (!platform_is_shared(platform, address, SEAMLDR_PARAMS_SIZE))
		return false;
	memory_read(memory, address, bytes, sizeof(bytes));
	head = read_u64(bytes + VERSION);
	pages = read_u64(bytes + MODULE_PAGES);
	*scenario = (uint32_t)(head >> 32);
	return (uint32_t)head == 0 && is_zero(bytes + RESERVED, MODULE_PAGES - RESERVED) &&
	       *scenario <= TDXDASH_SCENARIO_UPDATE && pages >= 1 && pages <= SEAMLDR_MAX_MODULE_PAGES &&
	       are_shared_pages(platform, bytes + MODULE_PAGE_ADDRESSES, pages) &&
	       are_shared_pages(platform, bytes + SIGSTRUCT, 1);
}

static void put_u64(unsigned char *to, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

void seamldr_params_make(uint64_t address, uint32_t scenario, unsigned char bytes[SEAMLDR_PARAMS_SIZE])
{
	memset(bytes, 0, SEAMLDR_PARAMS_SIZE);
	put_u64(bytes + VERSION, (uint64_t)scenario << 32);
	put_u64(bytes + SIGSTRUCT, address + SEAMLDR_PARAMS_SIZE);
	put_u64(bytes + MODULE_PAGES, 1);
	put_u64(bytes + MODULE_PAGE_ADDRESSES, address + SEAMLDR_PARAMS_SIZE + TDXDASH_PAGE_SIZE);
}
