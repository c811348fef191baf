/* SPDX-License-Identifier: MIT */
/* The life of an emulated module from no module to one that is ready with all TDMRs initialized, step by step. */
#include "machine_test.h"

static void install_needs_every_processor_and_the_last_one_loads(void)
{
	struct tdxdash_processor processors[PROCESSORS];
	uint32_t count = 0;

	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	CHECK(state_of().profile[0] == 0 && state_of().remaining_updates == 3);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == UINT64_MAX - 1);
	CHECK(error.code == TDXDASH_NOT_EXECUTED && error.os_error == 19);
	CHECK_CONTAINS(error.message, "TDH.SYS.INIT was not executed: no TDX module is loaded");
	CHECK(tdxdash_emulated_stage(transport, SRF, TDXDASH_SCENARIO_LOAD, PARAMS, &error) == TDXDASH_OK);
	for (uint32_t cpu = 0; cpu < PROCESSORS - 1; cpu++) {
		/* Only the last one looks at its operand. */
		CHECK(call_rcx(cpu, TDXDASH_LEAF_SEAMLDR_INSTALL, 1) == TDX_SUCCESS);
		CHECK(last.rcx == 1 && last.rdx == 0 && state_of().installing_processors == cpu + 1);
		CHECK(state_of().sys_state == TDXDASH_SYS_NO_MODULE);
	}

	CHECK(call_rcx(3, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS) == SEAMLDR_EBADCALL && last.rdx == 0);
	CHECK(call(0, TDXDASH_LEAF_SYS_RD) == UINT64_MAX - 1);
	CHECK_CONTAINS(error.message, "a TDX module is being installed, by 7 of 8 processors so far");
	CHECK(tdxdash_emulated_processors(transport, processors, PROCESSORS, &count, &error) == TDXDASH_OK);
	CHECK(count == PROCESSORS && processors[6].installing && !processors[7].installing);
	CHECK(processors[3].last_leaf == TDXDASH_LEAF_SEAMLDR_INSTALL && processors[3].last_status == SEAMLDR_EBADCALL);
	CHECK(call_rcx(7, TDXDASH_LEAF_SEAMLDR_INSTALL, PARAMS) == TDX_SUCCESS && last.rdx == 0);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING && state_of().installing_processors == 0);
	CHECK(state_of().remaining_updates == 2 && strcmp(state_of().profile, "tdx-1.5.16-srf") == 0);
	CHECK(tdxdash_emulated_processors(transport, processors, PROCESSORS, &count, &error) == TDXDASH_OK);
	CHECK(!processors[0].installing && !processors[7].installing);
	close_machine();
}

static void init_is_called_once(void)
{
	struct tdxdash_registers all = { 0, 1, 2, 3, 4, 5, 6, 0 };

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	CHECK(call_with(5, TDXDASH_LEAF_SYS_INIT, all) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	CHECK(last.rcx == 0 && last.rdx == 0 && last.r8 == 0 && last.r9 == 0 && last.r10 == 0 && last.r11 == 6);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING);
	CHECK(call(5, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_DONE);
	CHECK(call(5, TDXDASH_LEAF_SYS_INIT) == TDX_SYS_INIT_NOT_PENDING);
	/* The operand is looked at before the state. */
	CHECK(call_with(5, TDXDASH_LEAF_SYS_INIT, all) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	close_machine();
}

static void lp_init_is_called_once_on_each_processor(void)
{
	struct tdxdash_registers all = { 0, 1, 2, 3, 4, 5, 6, 0 };

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	CHECK(call(2, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SYS_LP_INIT_NOT_PENDING);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	put_layout();
	for (uint32_t cpu = PROCESSORS; cpu-- > 0;) {
		CHECK(configure(40) == TDX_SYS_CONFIG_NOT_PENDING);
		CHECK(call_with(cpu, TDXDASH_LEAF_SYS_RD, (struct tdxdash_registers){ .rdx = BUILD_NUM, .r8 = 5 }) ==
		      TDX_SYS_LP_INIT_NOT_DONE);
		CHECK(last.rdx == FIELD_ID_NULL && last.r8 == 0);
		CHECK(call_with(cpu, TDXDASH_LEAF_SYS_LP_INIT, all) == TDX_SUCCESS);
		CHECK(last.rcx == 0 && last.rdx == 0 && last.r8 == 0 && last.r9 == 4);
		CHECK(read_field(cpu, BUILD_NUM) == 784);
		CHECK(call(cpu, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SYS_LP_INIT_DONE);
		CHECK(state_of().initialized_processors == PROCESSORS - cpu);
	}

	CHECK(configure(40) == TDX_SUCCESS);
	CHECK(call(0, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SYS_LP_INIT_NOT_PENDING);
	close_machine();
}

static void list_of_metadata_needs_lp_init_too(void)
{
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };
	struct tdxdash_registers r = { .r8 = 7 };

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	CHECK(tdxdash_seamcall(transport, TDXDASH_LEAF_SYS_RDALL, &r, page, sizeof(page), &error) == TDXDASH_OK);
	CHECK(r.rax == TDX_SYS_LP_INIT_NOT_DONE && r.r8 == FIELD_ID_NULL && r.rdx == 0 && page[0] == 0);
	close_machine();
}

static void key_config_is_called_once_on_each_package(void)
{
	struct tdxdash_package packages[PACKAGES];
	uint32_t count = 0;

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	lp_init_everywhere();
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SYS_KEY_CONFIG_NOT_PENDING);
	put_layout();
	CHECK(configure(40) == TDX_SUCCESS);
	CHECK(call(5, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	CHECK(call(4, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_KEY_CONFIGURED);
	CHECK(state_of().keyed_packages == 1 && state_of().sys_state == TDXDASH_SYS_CONFIG_DONE);
	CHECK(tdxdash_emulated_packages(transport, packages, PACKAGES, &count, &error) == TDXDASH_OK && count == PACKAGES);
	CHECK(packages[0].first_processor == 0 && packages[0].processor_count == 4 && !packages[0].keyed);
	CHECK(packages[1].first_processor == 4 && packages[1].processor_count == 4 && packages[1].keyed);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, GIB) == TDX_SYS_NOT_READY && last.rdx == 0);
	CHECK(call(3, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	CHECK(state_of().keyed_packages == 2 && state_of().sys_state == TDXDASH_SYS_READY);
	CHECK(call(3, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SYS_KEY_CONFIG_NOT_PENDING);
	close_machine();
}

static void tdmr_init_takes_many_steps(void)
{
	struct tdxdash_tdmr tdmrs[4];
	uint32_t count = 0;

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	CHECK(tdxdash_emulated_tdmrs(transport, tdmrs, 4, &count, &error) == TDXDASH_OK && count == 2);
	CHECK(tdmrs[1].base == 2 * GIB && tdmrs[1].size == 2 * GIB && tdmrs[1].initialized == 0);
	for (uint64_t step = 1; step <= 512; step++) {
		CHECK(call_rcx((uint32_t)(step % PROCESSORS), TDXDASH_LEAF_SYS_TDMR_INIT, 2 * GIB) == TDX_SUCCESS);
		/* The address of the next GiB that is not whole. */
		CHECK(last.rdx == 2 * GIB + (step >= 512 ? 2 * GIB : step >= 256 ? GIB : 0));
	}

	CHECK(tdxdash_emulated_tdmrs(transport, tdmrs, 4, &count, &error) == TDXDASH_OK);
	CHECK(tdmrs[0].initialized == 0 && tdmrs[1].initialized == 2 * GIB);
	CHECK(state_of().tdmr_bytes == 3 * GIB && state_of().initialized_bytes == 2 * GIB);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, 2 * GIB) == TDX_TDMR_ALREADY_INITIALIZED && last.rdx == 0);
	init_tdmr(GIB, GIB);
	CHECK(state_of().initialized_bytes == 3 * GIB && state_of().sys_state == TDXDASH_SYS_READY);
	close_machine();
}

static void tdmr_init_refuses_what_is_no_tdmr(void)
{
	static const uint64_t bases[] = { 0,	       GIB + 4096,	  3 * GIB,
					  16 * GIB,    UINT64_C(1) << 52, (UINT64_C(33) << 46) | GIB,
					  UINT64_MAX };

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		CHECK(call_with(0, TDXDASH_LEAF_SYS_TDMR_INIT,
				(struct tdxdash_registers){ .rcx = bases[i], .rdx = 3 }) ==
		      (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
		CHECK(last.rdx == 0);
	}

	CHECK(state_of().initialized_bytes == 0);
	close_machine();
}

static void dynamic_pamt_takes_larger_steps(void)
{
	static const uint64_t address = ARRAY + 0x200;
	static const uint64_t tdmr[] = { GIB, GIB, 8 * GIB, 0x1000, 8 * GIB + 0x1000, 0x2000, 8 * GIB + 0x3000, 0x8000, 0, 0 };

	open_machine(GNR, TDXDASH_SYS_INIT_PENDING);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	lp_init_everywhere();
	put_words(ARRAY, &address, 1);
	put_words(address, tdmr, 10);
	CHECK(call_with(0, TDXDASH_LEAF_SYS_CONFIG,
			(struct tdxdash_registers){ .rcx = ARRAY, .rdx = 1, .r8 = 40 | TDX_SYS_CONFIG_DYNAMIC_PAMT }) ==
	      TDX_SUCCESS);
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS && call(7, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	for (uint32_t step = 1; step <= 64; step++)
		CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, GIB) == TDX_SUCCESS);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, GIB) == TDX_TDMR_ALREADY_INITIALIZED);
	close_machine();
}

static void lists_and_processors_are_bounded(void)
{
	struct tdxdash_processor processors[2];
	struct tdxdash_tdmr tdmr = { 0 };
	uint32_t count = 0;

	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	CHECK(tdxdash_emulated_set_cpu(transport, PROCESSORS, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "There is no processor 8: the emulated platform has 8");
	CHECK(state_of().cpu == 0);
	memset(processors, 0xff, sizeof(processors));
	CHECK(tdxdash_emulated_processors(transport, processors, 1, &count, &error) == TDXDASH_OK && count == PROCESSORS);
	CHECK(processors[0].package == 0 && processors[1].package == UINT32_MAX);
	CHECK(tdxdash_emulated_processors(transport, NULL, 0, &count, &error) == TDXDASH_OK && count == PROCESSORS);
	CHECK(tdxdash_emulated_processors(transport, NULL, 1, &count, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_packages(transport, NULL, 0, NULL, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_emulated_tdmrs(transport, &tdmr, 1, &count, &error) == TDXDASH_OK && count == 0);
	CHECK(tdxdash_emulated_tdmrs(NULL, &tdmr, 1, &count, &error) == TDXDASH_INVALID_ARGUMENT);
	close_machine();
}

static void packages_show_in_the_metadata(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(read_field(0, 0) == PACKAGES);
	CHECK(read_field(0, UINT64_C(0x0000000200000002)) == read_field(0, UINT64_C(0x0000000200000001)));
	CHECK(read_field(0, UINT64_C(0x0000000200000003)) == 0);
	close_machine();
}

int main(void)
{
	install_needs_every_processor_and_the_last_one_loads();
	init_is_called_once();
	lp_init_is_called_once_on_each_processor();
	list_of_metadata_needs_lp_init_too();
	key_config_is_called_once_on_each_package();
	tdmr_init_takes_many_steps();
	tdmr_init_refuses_what_is_no_tdmr();
	dynamic_pamt_takes_larger_steps();
	lists_and_processors_are_bounded();
	packages_show_in_the_metadata();
	return finish_tests();
}
