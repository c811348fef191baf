/* SPDX-License-Identifier: MIT */
/* Shutdown, install and update of an emulated module: what is kept, what is lost, and what is refused. */
#include "machine_test.h"

#define VERSION_UPDATE UINT64_C(0x0800000100000005)
#define HANDOFF_DATA_VALID UINT64_C(0x8900000000000004)
#define HANDOFF_DATA_HV UINT64_C(0x8900000100000005)
#define HANDOFF_DATA_SIZE UINT64_C(0x8900000200000006)
#define CMR_BASE UINT64_C(0x9000000300000080)

static void init_new_module(void)
{
	CHECK(call(3, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	lp_init_everywhere();
}

static void update_keeps_the_tdmrs_and_changes_the_module(void)
{
	struct tdxdash_tdmr tdmrs[2];
	uint32_t count = 0;

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	init_tdmr(GIB, GIB);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, 2 * GIB) == TDX_SUCCESS);
	CHECK(call_rcx(2, TDXDASH_LEAF_SYS_SHUTDOWN, 0) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_SHUTDOWN && state_of().handed_over && state_of().handoff_tdmr_count == 2);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING && state_of().tdmr_count == 0);
	CHECK(state_of().initialized_processors == 0 && state_of().remaining_updates == 2);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_STATE_INCORRECT);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	for (uint32_t cpu = 0; cpu < PROCESSORS; cpu++) {
		CHECK(call(cpu, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_STATE_INCORRECT);
		CHECK(call(cpu, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SUCCESS);
	}

	CHECK(read_field(0, HANDOFF_DATA_VALID) == 1 && read_field(0, HANDOFF_DATA_SIZE) == 4088);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_READY && !state_of().handed_over && state_of().keyed_packages == 2);
	CHECK(state_of().global_private_keyid == 40 && strcmp(state_of().profile, "tdx-1.5.16-srf") == 0);
	CHECK(tdxdash_emulated_tdmrs(transport, tdmrs, 2, &count, &error) == TDXDASH_OK && count == 2);
	CHECK(tdmrs[0].initialized == GIB && tdmrs[1].base == 2 * GIB && tdmrs[1].initialized == 4 * MIB);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, GIB) == TDX_TDMR_ALREADY_INITIALIZED);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, 2 * GIB) == TDX_SUCCESS);
	CHECK(read_field(5, VERSION_UPDATE) == 16 && read_field(5, HANDOFF_DATA_VALID) == 0);
	/* The machine stays the same. */
	CHECK(read_field(5, CMR_BASE) == GIB && read_field(5, 0) == PACKAGES);
	close_machine();
}

static void updates_run_out(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	for (uint32_t left = 3; left-- > 0;) {
		CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
		CHECK(install(left % 2 ? EMR : SRF, TDXDASH_SCENARIO_UPDATE) == TDX_SUCCESS);
		CHECK(state_of().remaining_updates == left);
		init_new_module();
		CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SUCCESS);
	}

	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
	CHECK(install(EMR, TDXDASH_SCENARIO_UPDATE) == SEAMLDR_EBADCALL && last.rdx == 0);
	/* The old module is there again, and down for good. */
	CHECK(call(0, TDXDASH_LEAF_SYS_RD) == TDX_SYS_SHUTDOWN);
	CHECK(install(EMR, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS && state_of().remaining_updates == 2);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING && !state_of().handed_over);
	init_new_module();
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_INVALID_HANDOFF);
	close_machine();
}

static void shutdown_takes_the_versions_that_the_module_knows(void)
{
	/* Handoff version 1, from 0 on, without downgrade. */
	open_machine(GNR, TDXDASH_SYS_READY);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 0) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 2) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, UINT64_C(0x10001)) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	CHECK(state_of().sys_state == TDXDASH_SYS_READY && !state_of().handed_over);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 1) == TDX_SUCCESS && state_of().handoff_version == 1);
	CHECK(install(GNR, TDXDASH_SCENARIO_UPDATE) == TDX_SUCCESS);
	init_new_module();
	CHECK(read_field(0, HANDOFF_DATA_HV) == 1);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SUCCESS);
	close_machine();

	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 1) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	close_machine();
}

/* A module that knows handoff versions 2 and 3 only. */
static void handoff_of_another_version_is_refused(void)
{
	static const char later[] = TEST_PROFILES "/handoff-2-to-3.profile";

	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
	CHECK(install(later, TDXDASH_SCENARIO_UPDATE) == SEAMLDR_EBADHANDOFF && last.rdx == 0);
	CHECK(state_of().sys_state == TDXDASH_SYS_SHUTDOWN && state_of().handed_over);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == TDX_SUCCESS);
	close_machine();
}

static void update_without_shutdown_is_refused_and_the_old_module_goes_on(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == SEAMLDR_EBADHANDOFF && last.rdx == 0);
	CHECK(state_of().sys_state == TDXDASH_SYS_READY && state_of().initialized_processors == PROCESSORS);
	CHECK(read_field(0, VERSION_UPDATE) == 8);
	close_machine();

	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == SEAMLDR_EBADPARAM);
	CHECK(call(0, TDXDASH_LEAF_SYS_RD) == UINT64_MAX - 1 && state_of().sys_state == TDXDASH_SYS_NO_MODULE);
	CHECK(state_of().profile[0] == 0);
	close_machine();
}

static void module_of_another_major_version_is_no_update(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
	CHECK(install(GNR, TDXDASH_SCENARIO_UPDATE) == SEAMLDR_EUNSUPPORTED && last.rdx == 0);
	CHECK(install(GNR, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS);
	CHECK(strcmp(state_of().profile, "tdx-2.0.08-gnr") == 0);
	close_machine();
}

static void load_forgets_everything(void)
{
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	CHECK(install(EMR, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING && state_of().tdmr_count == 0);
	CHECK(state_of().global_private_keyid == 0 && state_of().keyed_packages == 0);
	make_ready();
	close_machine();
}

static void nothing_staged_has_no_signature(void)
{
	static const uint64_t params[] = { 0, PARAMS + 0x1000 };
	static const uint64_t pages[] = { 1, PARAMS + 0x2000 };

	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	put_words(PARAMS, params, 2);
	put_words(PARAMS + 120, pages, 2);
	CHECK(install(NULL, TDXDASH_SCENARIO_LOAD) == SEAMLDR_EBADSIG && last.rdx == 0);
	close_machine();
}

/* Each word of SEAMLDR_PARAMS that may not be so, by its offset. */
static void parameters_are_checked_by_the_last_processor(void)
{
	static const struct {
		uint64_t offset, value;
	} bad[] = {
		{ 0, 1 },
		{ 0, UINT64_C(2) << 32 },
		{ 8, PARAMS + 0x1800 },
		{ 8, UINT64_C(33) << 46 | PARAMS },
		{ 16, 1 },
		{ 112, UINT64_C(1) << 63 },
		{ 120, 0 },
		{ 120, 497 },
		{ 120, UINT64_MAX },
		{ 128, PARAMS + 8 },
		{ 128, UINT64_C(1) << 52 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		open_machine(EMR, TDXDASH_SYS_NO_MODULE);
		CHECK(tdxdash_emulated_stage(transport, EMR, TDXDASH_SCENARIO_LOAD, PARAMS, &error) == TDXDASH_OK);
		put_words(PARAMS + bad[i].offset, &bad[i].value, 1);
		CHECK(install(NULL, TDXDASH_SCENARIO_LOAD) == SEAMLDR_EBADPARAM && last.rdx == 0);
		CHECK(state_of().sys_state == TDXDASH_SYS_NO_MODULE && state_of().installing_processors == 0);
		CHECK(install(EMR, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS);
		close_machine();
	}

	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	CHECK(tdxdash_emulated_stage(transport, EMR, TDXDASH_SCENARIO_LOAD, PARAMS, &error) == TDXDASH_OK);
	for (uint32_t cpu = 0; cpu < PROCESSORS - 1; cpu++)
		CHECK(call_rcx(cpu, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS) == TDX_SUCCESS);
	CHECK(call_rcx(PROCESSORS - 1, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS + 256) == SEAMLDR_EBADPARAM);
	close_machine();
}

static void staging_is_checked(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(tdxdash_emulated_stage(transport, "/nowhere/x.profile", 0, PARAMS, &error) == TDXDASH_ABSENT);
	CHECK_CONTAINS(error.message, "/nowhere/x.profile");
	CHECK(tdxdash_emulated_stage(transport, EMR, 2, PARAMS, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_stage(transport, EMR, 0, PARAMS + 512, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_stage(transport, NULL, 0, PARAMS, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_stage(transport, EMR, 0, UINT64_C(1) << 52, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "not in the physical address space");
	CHECK(tdxdash_emulated_stage(transport, TEST_PROFILES "/without-cmrs.profile", 0, PARAMS, &error) ==
	      TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "has no CMR_BASE");
	close_machine();
}

int main(void)
{
	update_keeps_the_tdmrs_and_changes_the_module();
	updates_run_out();
	shutdown_takes_the_versions_that_the_module_knows();
	handoff_of_another_version_is_refused();
	update_without_shutdown_is_refused_and_the_old_module_goes_on();
	module_of_another_major_version_is_no_update();
	load_forgets_everything();
	nothing_staged_has_no_signature();
	parameters_are_checked_by_the_last_processor();
	staging_is_checked();
	return finish_tests();
}
