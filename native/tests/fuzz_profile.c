/* SPDX-License-Identifier: MIT */
/*
 * A libFuzzer target: the profile parser, and the emulated module on what it accepts. Input is the text of a profile; a
 * zero byte ends it, and each 16 bytes behind that are RDX and R8 of two calls more.
 */
#include "field_id.h"
#include "module.h"
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMISE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			(void)fprintf(stderr, "%s:%d: promise broken: %s\n", __FILE__, __LINE__, #condition);          \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct module module;
static uint64_t read_one_by_one[MODULE_MAX_VALUES];
static uint64_t read_by_list[MODULE_MAX_VALUES];

static uint64_t get(const unsigned char *from, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

/* Copies the elements of a list; checks that the list keeps its own form and never leaves the page. */
static uint32_t take_list(const unsigned char page[TDXDASH_PAGE_SIZE], uint64_t *values, uint32_t room)
{
	uint64_t used = get(page, 2);
	uint64_t sequences = get(page + 2, 2);
	uint64_t at = 8;
	uint32_t count = 0;

	PROMISE(used >= 8 && used <= TDXDASH_PAGE_SIZE && used % 8 == 0);
	for (uint64_t i = 0; i < sequences; i++) {
		uint64_t header;
		uint64_t elements;

		PROMISE(at + 8 <= used);
		header = get(page + at, 8);
		elements = (((header >> 34) & 0xf) + 1) * (((header >> 38) & 0x1ff) + 1);
		PROMISE(at + 8 + 8 * elements <= used && elements <= room - count);
		for (uint64_t k = 0; k < elements; k++)
			values[count++] = get(page + at + 8 + 8 * k, 8);
		at += 8 + 8 * elements;
	}

	PROMISE(at == used);
	return count;
}

/* TDH.SYS.RD from the null id on gives every value once, in order. */
static uint32_t walk(void)
{
	struct tdxdash_registers r = { .rdx = FIELD_ID_NULL };
	uint32_t count = 0;

	module_sys_rd(&module, &r);
	PROMISE(r.rax == TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT);
	while (r.rdx != FIELD_ID_NULL) {
		module_sys_rd(&module, &r);
		PROMISE(r.rax == TDX_SUCCESS && count < module.value_count);
		read_one_by_one[count++] = r.r8;
	}

	PROMISE(count == module.value_count);
	return count;
}

/* TDH.SYS.RDALL from the null id on, page by page. */
static uint32_t list(void)
{
	unsigned char *page = malloc(TDXDASH_PAGE_SIZE);
	struct tdxdash_registers r = { .r8 = FIELD_ID_NULL };
	uint32_t count = 0;
	uint32_t calls = 0;

	PROMISE(page);
	do {
		module_sys_rdall(&module, &r, page);
		PROMISE(r.rax == TDX_SUCCESS || r.rax == TDX_METADATA_LIST_OVERFLOW);
		PROMISE((r.rax == TDX_SUCCESS) == (r.r8 == FIELD_ID_NULL) && ++calls <= module.value_count);
		count += take_list(page, read_by_list + count, MODULE_MAX_VALUES - count);
	} while (r.r8 != FIELD_ID_NULL);
	free(page);
	return count;
}

/* Calls with any registers come back with a page that keeps its form. */
static void call(uint64_t rdx, uint64_t r8)
{
	unsigned char *page = calloc(1, TDXDASH_PAGE_SIZE);
	struct tdxdash_registers rd = { .rdx = rdx };
	struct tdxdash_registers rdall = { .rdx = rdx, .r8 = r8 };

	PROMISE(page);
	module_sys_rd(&module, &rd);
	PROMISE(rd.rax == TDX_SUCCESS || rd.r8 == 0);
	module_sys_rdall(&module, &rdall, page);
	if (rdall.rax == TDX_SUCCESS || rdall.rax == TDX_METADATA_LIST_OVERFLOW)
		(void)take_list(page, read_by_list, MODULE_MAX_VALUES);
	free(page);
}

static void check_module(const uint8_t *calls, size_t size)
{
	PROMISE(module.field_count > 0 && module.field_count <= MODULE_MAX_FIELDS);
	PROMISE(module.value_count > 0 && module.value_count <= MODULE_MAX_VALUES);
	PROMISE(module.name[0] && memchr(module.name, 0, sizeof(module.name)));
	for (; size >= 16; calls += 16, size -= 16)
		call(get(calls, 8), get(calls + 8, 8));
	module.rd.refuses = false;
	module.rdall.refuses = false;
	PROMISE(walk() == list());
	PROMISE(memcmp(read_one_by_one, read_by_list, module.value_count * sizeof(uint64_t)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	struct span text = { (const char *)data, end ? (size_t)(end - data) : size };
	struct tdxdash_error error;

	memset(&module, 0, sizeof(module));
	memset(&error, 0xff, sizeof(error));
	if (profile_parse(text, "fuzz", &module, &error) == TDXDASH_OK) {
		check_module(end ? end + 1 : data + size, end ? size - text.length - 1 : 0);
		return 0;
	}

	PROMISE(error.code == TDXDASH_PROFILE_MALFORMED && error.message[0] && error.remedy[0]);
	PROMISE(memchr(error.message, 0, sizeof(error.message)) && memchr(error.remedy, 0, sizeof(error.remedy)));
	return 0;
}
