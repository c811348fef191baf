/* SPDX-License-Identifier: MIT */
/* TDH.SYS.CONFIG through the ABI, beyond what the vectors in tests/data/vectors say. */
#include "status.h"
#include "sys_config.h"
#include "tdxdash.h"
#include "test.h"

#define EMR PROFILES "/tdx-1.5.08-emr.profile"
#define GNR PROFILES "/tdx-2.0.08-gnr.profile"
#define ARRAY UINT64_C(0x1000000)
#define GIB (UINT64_C(1) << 30)
#define FIELD_WORDS 40u

static const struct tdxdash_platform usual = {
	.max_pa_bits = 52,
	.keyid_start_bit = 46,
	.keyid_bits = 6,
	.first_private_keyid = 32,
	.last_private_keyid = 63,
	.logical_processors = 2,
	.initialized_logical_processors = 2,
	.sys_state = TDXDASH_SYS_INIT_DONE,
	.cmr_count = 3,
	.seamrr_base = 0x7b000000,
	.seamrr_size = 0x2000000,
	.cmrs = { { GIB, GIB }, { 0, 0 }, { 2 * GIB, GIB } },
};

static struct tdxdash_transport *transport;
static struct tdxdash_error error;

static void open_profile(const char *profile, const struct tdxdash_platform *platform)
{
	CHECK(tdxdash_open_emulated(profile, NULL, 0, &transport, &error) == TDXDASH_OK);
	CHECK(tdxdash_emulated_allow_state_changes(transport, &error) == TDXDASH_OK);
	if (platform)
		CHECK(tdxdash_emulated_configure(transport, platform, &error) == TDXDASH_OK);
}

static void put_words(uint64_t address, const uint64_t *words, uint32_t count)
{
	unsigned char bytes[8 * FIELD_WORDS];

	for (uint32_t i = 0; i < 8 * count; i++)
		bytes[i] = (unsigned char)(words[i / 8] >> (8 * (i % 8)));
	CHECK(tdxdash_emulated_write(transport, address, bytes, 8 * count, &error) == TDXDASH_OK);
}

static void open_module(const struct tdxdash_platform *platform)
{
	open_profile(EMR, platform);
}

/* Two TDMRs, each of 1 GiB; the second one's PAMT lies behind the first one's, in a reserved area of the first. */
static void put_layout(void)
{
	static const uint64_t addresses[] = { ARRAY + 0x200, ARRAY + 0x1000 };
	uint64_t tdmr[FIELD_WORDS] = { GIB, GIB, GIB + 0x402000, 0x1000, GIB + 0x400000, 0x2000, GIB, 0x400000, 0,
				       0x1000000 };

	put_words(ARRAY, addresses, 2);
	put_words(addresses[0], tdmr, FIELD_WORDS);
	tdmr[0] += GIB;
	for (uint32_t i = 2; i < 8; i += 2)
		tdmr[i] += 0x800000;
	tdmr[8] = 0;
	tdmr[9] = 0;
	put_words(addresses[1], tdmr, FIELD_WORDS);
}

static uint64_t configure(uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	struct tdxdash_registers r = { .rax = 77, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = 5 };

	CHECK(tdxdash_seamcall(transport, TDXDASH_LEAF_SYS_CONFIG, &r, NULL, 0, &error) == TDXDASH_OK);
	CHECK(r.rcx == rcx && r.rdx == rdx && r.r8 == r8 && r.r9 == 5);
	return r.rax;
}

static struct tdxdash_module_state state_of(void)
{
	struct tdxdash_module_state state = { .sys_state = 99 };

	CHECK(tdxdash_emulated_state(transport, &state, &error) == TDXDASH_OK);
	return state;
}

static void good_layout_moves_the_module_on(void)
{
	struct tdxdash_module_state state;

	open_module(&usual);
	put_layout();
	state = state_of();
	CHECK(state.sys_state == TDXDASH_SYS_INIT_DONE && state.global_private_keyid == 0 && state.tdmr_count == 0);
	CHECK(state.page_count == 2);
	CHECK(configure(ARRAY, 2, 40) == 0);
	state = state_of();
	CHECK(state.sys_state == TDXDASH_SYS_CONFIG_DONE && state.global_private_keyid == 40);
	CHECK(state.tdmr_count == 2);
	CHECK(configure(ARRAY, 2, 41) == TDX_SYS_CONFIG_NOT_PENDING);
	CHECK(state_of().global_private_keyid == 40);

	CHECK(tdxdash_emulated_configure(transport, &usual, &error) == TDXDASH_OK);
	state = state_of();
	CHECK(state.sys_state == TDXDASH_SYS_INIT_DONE && state.global_private_keyid == 0 && state.tdmr_count == 0);
	CHECK(state.page_count == 0);
	tdxdash_close(transport);
}

/* Memory that nobody wrote holds zeros: TDMRs of no size, which are refused after the operands were taken. */
static void unwritten_memory_is_zero(void)
{
	open_module(&usual);
	CHECK(configure(ARRAY, 1, 32) == TDX_INVALID_TDMR);
	CHECK(state_of().global_private_keyid == 32 && state_of().sys_state == TDXDASH_SYS_INIT_DONE);
	CHECK(state_of().tdmr_count == 0);
	put_layout();
	CHECK(configure(ARRAY, 3, 32) == (TDX_NON_ORDERED_TDMR | 2));
	CHECK(configure(ARRAY, 2, 33) == 0 && state_of().global_private_keyid == 33);
	tdxdash_close(transport);
}

static void operands_are_refused_in_order(void)
{
	static const struct {
		uint64_t rcx, rdx, r8, status;
	} cases[] = {
		{ ARRAY + 8, 0, 0, 1 },
		{ UINT64_C(1) << 52, 1, 32, 1 },
		{ UINT64_MAX - 511, 1, 32, 1 },
		{ UINT64_C(32) << 46 | ARRAY, 1, 32, 1 },
		{ 0x7b000000, 1, 32, 1 },
		{ 0x7cfffe00, 1, 32, 1 },
		{ UINT64_C(3) << 46 | 0x7b000000, 1, 32, 1 },
		{ 0x7d000000, 0, 0, 2 },
		{ 0x7afffe00, 65, 0, 2 },
		{ ARRAY, UINT64_C(1) << 32 | 1, 32, 2 },
		{ ARRAY, UINT64_MAX, 32, 2 },
		{ ARRAY, 1, 31, 8 },
		{ ARRAY, 1, 64, 8 },
		{ ARRAY, 1, 0x10020, 8 },
		{ ARRAY, 1, UINT64_MAX, 8 },
	};

	open_module(&usual);
	put_layout();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK(configure(cases[i].rcx, cases[i].rdx, cases[i].r8) ==
		      (UINT64_C(0xc000010000000000) | cases[i].status));
		CHECK(state_of().global_private_keyid == 0);
	}

	tdxdash_close(transport);
}

/* KeyID bits are part of an address of the emulated memory. */
static void shared_keyid_is_another_memory(void)
{
	open_module(&usual);
	put_layout();
	CHECK(configure(UINT64_C(31) << 46 | ARRAY, 1, 32) == TDX_INVALID_TDMR);
	tdxdash_close(transport);
}

static void state_before_config_is_refused(void)
{
	struct tdxdash_platform platform = usual;

	platform.global_lock = 0x10;
	platform.sys_state = TDXDASH_SYS_READY;
	open_module(&platform);
	CHECK(configure(1, 0, 0) == TDX_SYS_BUSY);
	tdxdash_close(transport);
	platform.global_lock = 0;
	for (uint32_t i = 0; i < TDXDASH_SYS_SHUTDOWN; i++) {
		platform.sys_state = i;
		platform.initialized_logical_processors = i == TDXDASH_SYS_INIT_DONE ? 1 : 2;
		open_module(&platform);
		CHECK(configure(ARRAY, 1, 32) == TDX_SYS_CONFIG_NOT_PENDING);
		CHECK(state_of().sys_state == i);
		tdxdash_close(transport);
	}
}

/* The vectors are of the leaf's function; after shutdown the module's dispatcher refuses every leaf before it gets there. */
static void shutdown_is_refused_twice(void)
{
	static struct module module;
	static struct module_state state;
	static struct memory memory;
	struct tdxdash_platform platform = usual;
	struct tdxdash_registers r = { .rcx = ARRAY, .rdx = 1, .r8 = 32 };

	platform.sys_state = TDXDASH_SYS_SHUTDOWN;
	open_module(&platform);
	CHECK(configure(ARRAY, 1, 32) == TDX_SYS_SHUTDOWN);
	tdxdash_close(transport);

	module.platform.logical_processors = 1;
	state.sys_state = TDXDASH_SYS_SHUTDOWN;
	state.initialized_logical_processors = 1;
	module_sys_config(&module, &memory, &state, &r);
	CHECK(r.rax == TDX_SYS_CONFIG_NOT_PENDING && state.sys_state == TDXDASH_SYS_SHUTDOWN);
	state.global_lock = 16;
	module_sys_config(&module, &memory, &state, &r);
	CHECK(r.rax == TDX_SYS_BUSY);
}

static bool is_executed(uint64_t leaf)
{
	return (leaf >= 33 && leaf <= 37) || leaf == 31 || leaf == 44 || leaf == 45 || leaf == 52 || leaf == 53;
}

static void config_is_refused_unless_allowed(void)
{
	struct tdxdash_registers r = { .rax = 9, .rcx = ARRAY, .rdx = 1, .r8 = 32 };
	unsigned char page[TDXDASH_PAGE_SIZE];

	CHECK(tdxdash_open_emulated(EMR, NULL, 0, &transport, &error) == TDXDASH_OK);
	CHECK(tdxdash_seamcall(transport, 45, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
	CHECK_CONTAINS(error.message, "leaf 0x2d, TDH.SYS.CONFIG, was not executed");
	CHECK_CONTAINS(error.remedy, "tdxdash_emulated_allow_state_changes");
	CHECK(r.rax == 9 && state_of().global_private_keyid == 0);
	CHECK(tdxdash_emulated_allow_state_changes(transport, &error) == TDXDASH_OK);
	for (uint64_t leaf = 0; leaf < 256; leaf++) {
		if (!is_executed(leaf))
			CHECK(tdxdash_seamcall(transport, leaf, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
	}

	CHECK(tdxdash_seamcall(transport, 45 | 1 << 16, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
	CHECK(tdxdash_seamcall(transport, 45, &r, page, sizeof(page), &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "it takes no page");
	CHECK(r.rax == 9);
	tdxdash_close(transport);
}

static void impossible_platforms_are_refused(void)
{
	struct tdxdash_platform bad[15];
	static const char *const messages[] = { "max_pa_bits", "max_pa_bits", "KeyIDs", "KeyIDs", "KeyIDs",
						"KeyIDs", "last_private_keyid", "last_private_keyid", "SEAM range",
						"logical processor", "sys_state", "CMR 1 with base",
						"8192 logical processors", "packages", "packages" };

	for (size_t i = 0; i < 15; i++)
		bad[i] = usual;
	bad[0].max_pa_bits = 35;
	bad[1].max_pa_bits = 53;
	bad[2].keyid_start_bit = UINT32_MAX;
	bad[3].keyid_bits = 32;
	bad[4].keyid_bits = 7;
	bad[5].first_private_keyid = 64;
	bad[6].last_private_keyid = 31;
	bad[7].last_private_keyid = 64;
	bad[8].seamrr_size = UINT64_MAX;
	bad[9].logical_processors = 0;
	bad[10].sys_state = 6;
	bad[11].cmrs[1].base = UINT64_MAX;
	bad[12].logical_processors = 8193;
	bad[13].packages = 3;
	bad[14].logical_processors = 16;
	bad[14].packages = 9;
	open_module(&usual);
	put_layout();
	for (size_t i = 0; i < 15; i++) {
		CHECK(tdxdash_emulated_configure(transport, &bad[i], &error) == TDXDASH_INVALID_ARGUMENT);
		CHECK_CONTAINS(error.message, messages[i]);
		CHECK(error.remedy[0] != 0);
	}

	bad[0] = usual;
	bad[0].cmr_count = 33;
	CHECK(tdxdash_emulated_configure(transport, &bad[0], &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_configure(transport, NULL, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_configure(NULL, &usual, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_state(transport, NULL, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(state_of().page_count == 2 && configure(ARRAY, 2, 32) == 0);
	tdxdash_close(transport);
}

static void given_platform_shows_in_the_metadata(void)
{
	struct tdxdash_registers r = { .rdx = 0x9000000300000082u };

	open_module(&usual);
	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, NULL) == TDXDASH_OK && r.rax == 0 && r.r8 == 2 * GIB);
	tdxdash_close(transport);
}

/* One TDMR whose 4K level has size bytes. */
static void put_bitmap(uint64_t size)
{
	static const uint64_t address = ARRAY + 0x200;
	const uint64_t tdmr[] = { GIB, GIB, GIB + 0x402000, 0x1000, GIB + 0x400000, 0x2000, GIB, size, 0, 0x403000 };

	put_words(ARRAY, &address, 1);
	put_words(address, tdmr, sizeof(tdmr) / sizeof(tdmr[0]));
}

/* Of a module that offers it: 1.5.20 and later, 2.0. */
static void dynamic_pamt_takes_a_bitmap(void)
{
	open_profile(GNR, &usual);
	put_bitmap(0x7000);
	CHECK(configure(ARRAY, 1, TDX_SYS_CONFIG_DYNAMIC_PAMT | 40) == TDX_INVALID_PAMT);
	CHECK(state_of().global_private_keyid == 40);
	put_bitmap(0x8000);
	CHECK(configure(ARRAY, 1, 40) == TDX_INVALID_PAMT);
	CHECK(configure(ARRAY, 1, 2 * TDX_SYS_CONFIG_DYNAMIC_PAMT | 40) == (UINT64_C(0xc000010000000000) | 8));
	CHECK(configure(ARRAY, 1, TDX_SYS_CONFIG_DYNAMIC_PAMT | 31) == (UINT64_C(0xc000010000000000) | 8));
	CHECK(configure(ARRAY, 1, TDX_SYS_CONFIG_DYNAMIC_PAMT | 41) == 0);
	CHECK(state_of().global_private_keyid == 41 && state_of().sys_state == TDXDASH_SYS_CONFIG_DONE);
	tdxdash_close(transport);
}

/* The KeyID is kept all the same, as the module keeps it before it looks. */
static void dynamic_pamt_needs_keyids_that_begin_low(void)
{
	struct tdxdash_platform platform = usual;

	platform.keyid_bits = 4;
	platform.first_private_keyid = 2;
	platform.last_private_keyid = 15;
	for (uint32_t start = 47; start <= 48; start++) {
		platform.keyid_start_bit = start;
		open_profile(GNR, &platform);
		put_bitmap(0x8000);
		CHECK(configure(ARRAY, 1, TDX_SYS_CONFIG_DYNAMIC_PAMT | 3) == 0);
		tdxdash_close(transport);
	}

	platform.keyid_start_bit = 49;
	platform.keyid_bits = 3;
	platform.last_private_keyid = 7;
	open_profile(GNR, &platform);
	put_bitmap(0x8000);
	CHECK(configure(ARRAY, 1, TDX_SYS_CONFIG_DYNAMIC_PAMT | 3) == (UINT64_C(0xc000010000000000) | 8));
	CHECK(state_of().global_private_keyid == 3 && state_of().sys_state == TDXDASH_SYS_INIT_DONE);
	put_layout();
	CHECK(configure(ARRAY, 2, 4) == 0);
	tdxdash_close(transport);
}

/* An array shorter than RDX says goes on with zeros, and so does the memory at address 0. */
static void missing_entries_are_zero(void)
{
	open_module(&usual);
	put_layout();
	CHECK(configure(ARRAY, 64, 32) == (TDX_NON_ORDERED_TDMR | 2));
	tdxdash_close(transport);
}

int main(void)
{
	dynamic_pamt_takes_a_bitmap();
	dynamic_pamt_needs_keyids_that_begin_low();
	missing_entries_are_zero();
	good_layout_moves_the_module_on();
	unwritten_memory_is_zero();
	operands_are_refused_in_order();
	shared_keyid_is_another_memory();
	state_before_config_is_refused();
	shutdown_is_refused_twice();
	config_is_refused_unless_allowed();
	impossible_platforms_are_refused();
	given_platform_shows_in_the_metadata();
	return finish_tests();
}
