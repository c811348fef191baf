/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "platform.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The part of a transfer that lies in one page. */
struct part {
	uint64_t page; /* its address */
	uint64_t offset;
	uint64_t size;
};

static struct part first_part(uint64_t address, uint64_t size)
{
	struct part part = { address - address % TDXDASH_PAGE_SIZE, address % TDXDASH_PAGE_SIZE, 0 };
	uint64_t room = TDXDASH_PAGE_SIZE - part.offset;

	part.size = size < room ? size : room;
	return part;
}

static unsigned char *find(const struct memory *memory, uint64_t page)
{
	for (uint32_t i = 0; i < memory->page_count; i++) {
		if (memory->pages[i].address == page)
			return memory->pages[i].bytes;
	}

	return NULL;
}

/* Makes every page of a range exist, at first as zeros, which is what an absent page reads as too. */
static int32_t provide(struct memory *memory, uint64_t first, uint64_t end, struct tdxdash_error *error)
{
	uint64_t missing = 0;

	for (uint64_t page = first; page < end; page += TDXDASH_PAGE_SIZE)
		missing += !find(memory, page);
	if (missing > TDXDASH_MAX_EMULATED_PAGES - memory->page_count)
		return fail(error, (struct failure){ TDXDASH_MEMORY_FULL, 0, 0 },
			    "Set the platform up anew, or write to fewer pages.",
			    "The emulated memory holds %u of at most %u pages, and %" PRIu64 " more are needed.",
			    memory->page_count, TDXDASH_MAX_EMULATED_PAGES, missing);
	for (uint64_t page = first; page < end; page += TDXDASH_PAGE_SIZE) {
		struct memory_page *slot = &memory->pages[memory->page_count];

		if (find(memory, page))
			continue;
		slot->address = page;
		slot->bytes = calloc(1, TDXDASH_PAGE_SIZE);
		if (!slot->bytes)
			return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, 0, 0 },
				    "Free memory and try again.", "There is no memory for the page 0x%" PRIx64 ".",
				    page);
		memory->page_count++;
	}

	return TDXDASH_OK;
}

int32_t memory_write(struct memory *memory, uint64_t address, const void *bytes, uint64_t size,
		     struct tdxdash_error *error)
{
	const unsigned char *from = bytes;
	int32_t result;

	if (!is_address_range(address, size))
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Write below 2^52.",
			    "0x%" PRIx64 " bytes at 0x%" PRIx64 " are not in the physical address space.", size,
			    address);
	/* Before the pages are looked for one by one: there could be 2^40 of them. */
	if (size > (uint64_t)TDXDASH_MAX_EMULATED_PAGES * TDXDASH_PAGE_SIZE)
		return fail(error, (struct failure){ TDXDASH_MEMORY_FULL, 0, 0 }, "Write fewer bytes.",
			    "The emulated memory holds at most %u pages, and 0x%" PRIx64 " bytes are more.",
			    TDXDASH_MAX_EMULATED_PAGES, size);
	result = provide(memory, first_part(address, size).page, address + size, error);
	if (result != TDXDASH_OK)
		return result;
	while (size > 0) {
		struct part part = first_part(address, size);

		memcpy(find(memory, part.page) + part.offset, from, part.size);
		from += part.size;
		address += part.size;
		size -= part.size;
	}

	return TDXDASH_OK;
}

void memory_read(const struct memory *memory, uint64_t address, void *bytes, uint64_t size)
{
	unsigned char *to = bytes;

	while (size > 0) {
		struct part part = first_part(address, size);
		const unsigned char *page = find(memory, part.page);

		if (page)
			memcpy(to, page + part.offset, part.size);
		else
			memset(to, 0, part.size);
		to += part.size;
		address += part.size;
		size -= part.size;
	}
}

void memory_clear(struct memory *memory)
{
	for (uint32_t i = 0; i < memory->page_count; i++)
		free(memory->pages[i].bytes);
	memset(memory, 0, sizeof(*memory));
}
