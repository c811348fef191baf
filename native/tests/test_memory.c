/* SPDX-License-Identifier: MIT */
/* The emulated memory: its bounds, and that it keeps what was written. */
#include "memory.h"
#include "test.h"

#define EMR PROFILES "/tdx-1.5.08-emr.profile"

static uint32_t pages_of(struct tdxdash_transport *transport)
{
	struct tdxdash_module_state state = { 0 };

	CHECK(tdxdash_emulated_state(transport, &state, NULL) == TDXDASH_OK);
	return state.page_count;
}

static void memory_is_bounded(void)
{
	static unsigned char big[(TDXDASH_MAX_EMULATED_PAGES + 1) * TDXDASH_PAGE_SIZE];
	const uint64_t end = UINT64_C(1) << 52;
	struct tdxdash_transport *transport;
	struct tdxdash_error error;

	CHECK(tdxdash_open_emulated(EMR, NULL, 0, &transport, &error) == TDXDASH_OK);
	CHECK(tdxdash_emulated_write(transport, end - 1, big, 2, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "not in the physical address space");
	CHECK(tdxdash_emulated_write(transport, end, big, 1, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_write(transport, 1, big, UINT64_MAX, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_write(transport, 0, big, 0, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_write(transport, 0, NULL, 1, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_write(NULL, 0, big, 1, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_write(transport, 0, big, end, &error) == TDXDASH_MEMORY_FULL);
	CHECK(tdxdash_emulated_write(transport, 0, big, sizeof(big), &error) == TDXDASH_MEMORY_FULL);
	CHECK(pages_of(transport) == 0);
	CHECK(tdxdash_emulated_write(transport, end - 1, big, 1, &error) == TDXDASH_OK);
	CHECK(pages_of(transport) == 1);
	CHECK(tdxdash_emulated_write(transport, 1, big, sizeof(big) - 2 * TDXDASH_PAGE_SIZE, &error) ==
	      TDXDASH_MEMORY_FULL);
	CHECK_CONTAINS(error.message, "holds 1 of at most 1024 pages, and 1024 more");
	CHECK(pages_of(transport) == 1);
	CHECK(tdxdash_emulated_write(transport, 0, big, sizeof(big) - 2 * TDXDASH_PAGE_SIZE, &error) == TDXDASH_OK);
	CHECK(pages_of(transport) == 1024);
	CHECK(tdxdash_emulated_write(transport, 5, big, 10000, &error) == TDXDASH_OK);
	tdxdash_close(transport);
}

static void memory_keeps_what_crosses_pages(void)
{
	static struct memory memory;
	unsigned char bytes[9000];
	unsigned char read[9002];
	struct tdxdash_error error;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + 1);
	CHECK(memory_write(&memory, 0xfff, bytes, sizeof(bytes), &error) == TDXDASH_OK && memory.page_count == 4);
	memset(read, 0xee, sizeof(read));
	memory_read(&memory, 0xffe, read, sizeof(read));
	CHECK(read[0] == 0 && read[9001] == 0 && memcmp(read + 1, bytes, sizeof(bytes)) == 0);
	memory_clear(&memory);
	CHECK(memory.page_count == 0);
}

int main(void)
{
	memory_is_bounded();
	memory_keeps_what_crosses_pages();
	return finish_tests();
}
