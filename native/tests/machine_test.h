/* SPDX-License-Identifier: MIT */
/* An emulated machine in a test: eight processors in two packages, and a memory of two TDMRs. */
#ifndef TDXDASH_MACHINE_TEST_H
#define TDXDASH_MACHINE_TEST_H

#include "status.h"
#include "sys_config.h"
#include "tdxdash.h"
#include "test.h"

#define EMR PROFILES "/tdx-1.5.08-emr.profile"
#define SRF PROFILES "/tdx-1.5.16-srf.profile"
#define GNR PROFILES "/tdx-2.0.08-gnr.profile"
#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)

/* Where the array of TDMR_INFO addresses lies, and SEAMLDR_PARAMS. */
#define ARRAY UINT64_C(0x1000000)
#define PARAMS UINT64_C(0x2000000)

#define PROCESSORS 8u
#define PACKAGES 2u
#define BUILD_NUM UINT64_C(0x8800000100000002)

static struct tdxdash_transport *transport;
static struct tdxdash_error error;

/* The registers of the last call. */
static struct tdxdash_registers last;

static inline void open_machine(const char *profile, uint32_t sys_state)
{
	struct tdxdash_platform platform = {
		.max_pa_bits = 52,
		.keyid_start_bit = 46,
		.keyid_bits = 6,
		.first_private_keyid = 32,
		.last_private_keyid = 63,
		.logical_processors = PROCESSORS,
		.initialized_logical_processors = sys_state > TDXDASH_SYS_INIT_DONE ? PROCESSORS : 0,
		.sys_state = sys_state,
		.packages = PACKAGES,
		.max_updates = 3,
		.cmr_count = 1,
		.cmrs = { { GIB, 8 * GIB } },
	};

	CHECK(tdxdash_open_emulated(profile, NULL, 0, &transport, &error) == TDXDASH_OK);
	CHECK(tdxdash_emulated_allow_state_changes(transport, &error) == TDXDASH_OK);
	CHECK(tdxdash_emulated_configure(transport, &platform, &error) == TDXDASH_OK);
}

/* A call of one processor; UINT64_MAX - 1 where it was not executed. */
static inline uint64_t call_with(uint32_t cpu, uint64_t leaf, struct tdxdash_registers registers)
{
	last = registers;
	CHECK(tdxdash_emulated_set_cpu(transport, cpu, &error) == TDXDASH_OK);
	if (tdxdash_seamcall(transport, leaf, &last, NULL, 0, &error) != TDXDASH_OK)
		return UINT64_MAX - 1;
	return last.rax;
}

static inline uint64_t call(uint32_t cpu, uint64_t leaf)
{
	return call_with(cpu, leaf, (struct tdxdash_registers){ 0 });
}

static inline uint64_t call_rcx(uint32_t cpu, uint64_t leaf, uint64_t rcx)
{
	return call_with(cpu, leaf, (struct tdxdash_registers){ .rcx = rcx });
}

static inline struct tdxdash_module_state state_of(void)
{
	struct tdxdash_module_state state = { .sys_state = 99 };

	CHECK(tdxdash_emulated_state(transport, &state, &error) == TDXDASH_OK);
	return state;
}

static inline void put_words(uint64_t address, const uint64_t *words, uint32_t count)
{
	CHECK(tdxdash_emulated_write(transport, address, words, 8u * count, &error) == TDXDASH_OK);
}

/* A TDMR of 1 GiB and one of 2 GiB; both PAMTs lie behind them. The machine that runs this is little endian too. */
static inline void put_layout(void)
{
	static const uint64_t addresses[] = { ARRAY + 0x200, ARRAY + 0x400 };
	static const uint64_t tdmrs[2][10] = {
		{ GIB, GIB, 8 * GIB, 0x1000, 8 * GIB + 0x1000, 0x2000, 8 * GIB + 0x3000, 0x400000, 0, 0 },
		{ 2 * GIB, 2 * GIB, 8 * GIB + 0x1000000, 0x1000, 8 * GIB + 0x1001000, 0x4000, 8 * GIB + 0x1005000,
		  0x800000, 0, 0 },
	};

	put_words(ARRAY, addresses, 2);
	put_words(addresses[0], tdmrs[0], 10);
	put_words(addresses[1], tdmrs[1], 10);
}

static inline uint64_t configure(uint64_t keyid)
{
	return call_with(0, TDXDASH_LEAF_SYS_CONFIG,
			 (struct tdxdash_registers){ .rcx = ARRAY, .rdx = 2, .r8 = keyid });
}

static inline void lp_init_everywhere(void)
{
	for (uint32_t cpu = 0; cpu < PROCESSORS; cpu++)
		CHECK(call(cpu, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SUCCESS);
}

/* From a module that awaits TDH.SYS.INIT to one that is ready, without TDMRs initialized. */
static inline void make_ready(void)
{
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	lp_init_everywhere();
	put_layout();
	CHECK(configure(40) == TDX_SUCCESS);
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	CHECK(call(PROCESSORS - 1, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_READY);
}

static inline void init_tdmr(uint64_t base, uint64_t size)
{
	for (uint64_t done = 0; done < size; done += 4 * MIB)
		CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, base) == TDX_SUCCESS);
}

/* SEAMLDR.INSTALL on every processor; the status of the last. */
static inline uint64_t install(const char *profile, uint32_t scenario)
{
	if (profile)
		CHECK(tdxdash_emulated_stage(transport, profile, scenario, PARAMS, &error) == TDXDASH_OK);
	for (uint32_t cpu = 0; cpu < PROCESSORS - 1; cpu++)
		CHECK(call_rcx(cpu, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS) == TDX_SUCCESS && last.rdx == 0);
	return call_rcx(PROCESSORS - 1, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS);
}

static inline uint64_t read_field(uint32_t cpu, uint64_t id)
{
	CHECK(call_with(cpu, TDXDASH_LEAF_SYS_RD, (struct tdxdash_registers){ .rdx = id }) == TDX_SUCCESS);
	return last.r8;
}

static inline void close_machine(void)
{
	tdxdash_close(transport);
	transport = NULL;
}

#endif
