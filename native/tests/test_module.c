/* SPDX-License-Identifier: MIT */
/* The emulated module, beyond what the vectors in tests/data/vectors say. */
#include "field_id.h"
#include "module.h"
#include "profile.h"
#include "test.h"

static struct module module;

static void load(const char *path)
{
	struct tdxdash_error error;

	memset(&module, 0, sizeof(module));
	if (profile_read(path, &module, &error) != TDXDASH_OK)
		(void)fprintf(stderr, "%s\n", error.message);
	CHECK(module.field_count > 0);
}

static uint64_t get(const unsigned char *from, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static void walk_reads_every_element_in_order(void)
{
	struct tdxdash_registers r = { .rdx = FIELD_ID_NULL };
	uint32_t count = 0;

	load(PROFILES "/tdx-2.0.08-gnr.profile");
	module_sys_rd(&module, &r);
	CHECK(r.rax == TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT && r.r8 == 0 && r.rdx == module.fields[0].id);
	while (r.rdx != FIELD_ID_NULL && count <= module.value_count) {
		module_sys_rd(&module, &r);
		CHECK(r.rax == TDX_SUCCESS && r.r8 == module.values[count]);
		count++;
	}

	CHECK(count == 361 && module.value_count == 361);
}

/* Rules that the vectors show on some fields, held on every one of them. */
static void ids_of_every_field_follow_the_rules(void)
{
	for (uint32_t i = 0; i < module.field_count; i++) {
		uint64_t id = module.fields[i].id;
		static const uint64_t ignored[] = { UINT64_C(1) << 63, UINT64_C(3) << 32, UINT64_C(3) << 50,
						    UINT64_C(7) << 52 };
		static const uint64_t refused[] = { UINT64_C(1) << 24, UINT64_C(1) << 34, UINT64_C(1) << 38,
						    UINT64_C(1) << 47, UINT64_C(1) << 55, UINT64_C(1) << 62 };

		for (size_t k = 0; k < sizeof(ignored) / sizeof(ignored[0]); k++) {
			struct tdxdash_registers r = { .rdx = id ^ ignored[k] };

			module_sys_rd(&module, &r);
			CHECK(r.rax == TDX_SUCCESS && r.r8 == module.values[module.fields[i].first_value]);
		}

		for (size_t k = 0; k < sizeof(refused) / sizeof(refused[0]); k++) {
			struct tdxdash_registers r = { .rdx = id | refused[k], .r8 = 7 };

			module_sys_rd(&module, &r);
			CHECK(r.rax == TDX_METADATA_FIELD_ID_INCORRECT && r.r8 == 0 && r.rdx == FIELD_ID_NULL);
		}
	}
}

static void null_id_ignores_context_only(void)
{
	struct tdxdash_registers r = { .rdx = FIELD_ID_NULL & ~FIELD_ID_CONTEXT_MASK };

	module_sys_rd(&module, &r);
	CHECK(r.rax == TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT);
	r.rdx = FIELD_ID_NULL & ~(UINT64_C(1) << 63);
	module_sys_rd(&module, &r);
	CHECK(r.rax == TDX_METADATA_FIELD_ID_INCORRECT);
}

static void dump_has_the_size_of_the_table(const char *path, uint32_t bytes, uint32_t sequences)
{
	unsigned char page[TDXDASH_PAGE_SIZE];
	struct tdxdash_registers r = { .r8 = FIELD_ID_NULL };

	memset(page, 0xaa, sizeof(page));
	load(path);
	module_sys_rdall(&module, &r, page);
	CHECK(r.rax == TDX_SUCCESS && r.r8 == FIELD_ID_NULL && r.rdx == 0);
	CHECK(get(page, 2) == bytes && get(page + 2, 2) == sequences && get(page + 4, 4) == 0);
	CHECK(page[bytes] == 0xaa);
}

static void page_address_is_checked(void)
{
	static const struct {
		uint64_t address;
		bool good;
	} cases[] = {
		{ 0x30000, true }, { 0x30001, false }, { 0x30800, false },
		{ UINT64_C(1) << 52, false }, { UINT64_C(1) << 63, false },
		{ (UINT64_C(31) << 46) + 0x30000, true }, { (UINT64_C(32) << 46) + 0x30000, false },
		{ 0x7afff000, true }, { 0x7b000000, false }, { 0x7cfff000, false }, { 0x7d000000, true },
		{ (UINT64_C(4) << 46) + 0x7b000000, false },
	};
	unsigned char page[TDXDASH_PAGE_SIZE];

	load(TEST_PROFILES "/oracle-sysrd.profile");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tdxdash_registers r = { .rdx = cases[i].address, .r8 = FIELD_ID_NULL };

		memset(page, 0, sizeof(page));
		module_sys_rdall(&module, &r, page);
		CHECK(r.rax == (cases[i].good ? TDX_SUCCESS : TDX_OPERAND_INVALID | TDX_OPERAND_RDX));
		CHECK((get(page, 2) != 0) == cases[i].good);
		CHECK(r.r8 == FIELD_ID_NULL && r.rdx == cases[i].address);
	}
}

static void parse_text(const char *text)
{
	struct span span = { text, strlen(text) };

	memset(&module, 0, sizeof(module));
	CHECK(profile_parse(span, "p", &module, NULL) == TDXDASH_OK);
}

/* A module with more than a page of fields: every field arrives once, and no page is overrun. */
static void overflow_goes_on_where_it_stopped(void)
{
	unsigned char page[TDXDASH_PAGE_SIZE + 8];
	struct tdxdash_registers r = { .r8 = FIELD_ID_NULL };
	uint32_t pages = 0;
	uint32_t seen = 0;

	parse_text("tdxdash-profile 1\nname big\nextra 0x0000000300000000 A 512x3 1*1536\n"
		   "extra 0x0000000300000600 B 1x3 2*3\nextra 0x0100000200000000 C 300x1 3*300\nend\n");
	do {
		uint32_t at = 8;

		memset(page, 0xee, sizeof(page));
		module_sys_rdall(&module, &r, page);
		CHECK(get(page, 2) <= TDXDASH_PAGE_SIZE && page[TDXDASH_PAGE_SIZE] == 0xee);
		for (uint64_t s = 0; s < get(page + 2, 2); s++) {
			uint64_t header = get(page + at, 8);
			uint64_t values = ((header >> 38 & 0x1ff) + 1) * ((header >> 34 & 0xf) + 1);

			seen += (uint32_t)values;
			at += 8 + 8 * (uint32_t)values;
		}

		CHECK(at == get(page, 2));
		pages++;
	} while (r.rax == TDX_METADATA_LIST_OVERFLOW && pages < 100);
	CHECK(r.rax == TDX_SUCCESS && r.r8 == FIELD_ID_NULL);
	CHECK(pages == 4 && seen == module.value_count);
}

static void refusals_are_given(void)
{
	unsigned char page[TDXDASH_PAGE_SIZE];
	struct tdxdash_registers r = { .rdx = FIELD_ID_NULL, .r8 = 5 };

	parse_text("tdxdash-profile 1\nname old\nrefuse TDH.SYS.RD 0xc000050500000000\n"
		   "refuse TDH.SYS.RDALL 0xC000050200000000\nfield NUM_PKGS 1\nend\n");
	module_sys_rd(&module, &r);
	CHECK(r.rax == UINT64_C(0xc000050500000000) && r.rdx == FIELD_ID_NULL && r.r8 == 0);
	module_sys_rdall(&module, &r, page);
	CHECK(r.rax == UINT64_C(0xc000050200000000) && r.r8 == FIELD_ID_NULL);
}

int main(void)
{
	walk_reads_every_element_in_order();
	ids_of_every_field_follow_the_rules();
	null_id_ignores_context_only();
	dump_has_the_size_of_the_table(TEST_PROFILES "/oracle-sysrd.profile", 3128, 36);
	dump_has_the_size_of_the_table(PROFILES "/tdx-1.5.08-emr.profile", 3160, 38);
	dump_has_the_size_of_the_table(PROFILES "/tdx-1.5.16-srf.profile", 3200, 40);
	dump_has_the_size_of_the_table(PROFILES "/tdx-2.0.08-gnr.profile", 3232, 42);
	page_address_is_checked();
	overflow_goes_on_where_it_stopped();
	refusals_are_given();
	return finish_tests();
}
