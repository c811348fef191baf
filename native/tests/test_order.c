/* SPDX-License-Identifier: MIT */
/* Every leaf in every state: what is not its turn gets the status that the module's dispatcher or the leaf gives it. */
#include "machine_test.h"

#define NOT_EXECUTED (UINT64_MAX - 1)
#define RCX_INVALID (TDX_OPERAND_INVALID | TDX_OPERAND_RCX)

/* Columns: init pending, init done with every processor, config done, ready, shutdown, no module. */
static const struct {
	uint64_t leaf;
	uint64_t status[6];
} orders[] = {
	{ TDXDASH_LEAF_SYS_INIT,
	  { TDX_SUCCESS, TDX_SYS_INIT_NOT_PENDING, TDX_SYS_INIT_NOT_PENDING, TDX_SYS_INIT_NOT_PENDING, TDX_SYS_SHUTDOWN,
	    NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_LP_INIT,
	  { TDX_SYS_LP_INIT_NOT_PENDING, TDX_SYS_LP_INIT_DONE, TDX_SYS_LP_INIT_NOT_PENDING, TDX_SYS_LP_INIT_NOT_PENDING,
	    TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_CONFIG,
	  { TDX_SYS_CONFIG_NOT_PENDING, TDX_OPERAND_INVALID | TDX_OPERAND_RDX, TDX_SYS_CONFIG_NOT_PENDING,
	    TDX_SYS_CONFIG_NOT_PENDING, TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_KEY_CONFIG,
	  { TDX_SYS_KEY_CONFIG_NOT_PENDING, TDX_SYS_KEY_CONFIG_NOT_PENDING, TDX_SUCCESS, TDX_SYS_KEY_CONFIG_NOT_PENDING,
	    TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_TDMR_INIT,
	  { TDX_SYS_NOT_READY, TDX_SYS_NOT_READY, TDX_SYS_NOT_READY, RCX_INVALID, TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_SHUTDOWN,
	  { TDX_SYS_NOT_READY, TDX_SYS_NOT_READY, TDX_SYS_NOT_READY, TDX_SUCCESS, TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_UPDATE,
	  { TDX_SYS_STATE_INCORRECT, TDX_SYS_INVALID_HANDOFF, TDX_SYS_STATE_INCORRECT, TDX_SYS_STATE_INCORRECT,
	    TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_LP_SHUTDOWN,
	  { TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SYS_RD,
	  { TDX_SYS_LP_INIT_NOT_DONE, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SYS_SHUTDOWN, NOT_EXECUTED } },
	{ TDXDASH_LEAF_SEAMLDR_INSTALL,
	  { TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS, TDX_SUCCESS } },
};

static void every_leaf_in_every_state(void)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (uint32_t state = 0; state < 6; state++) {
			open_machine(EMR, state == TDXDASH_SYS_INIT_DONE ? TDXDASH_SYS_INIT_PENDING : state);
			if (state == TDXDASH_SYS_INIT_DONE) {
				CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
				lp_init_everywhere();
			}

			CHECK(call(1, orders[i].leaf) == orders[i].status[state]);
			close_machine();
		}
	}
}

/* A refusal changes nothing, and leaves the registers that the leaf does not clear. */
static void refusals_of_the_dispatcher_touch_nothing(void)
{
	struct tdxdash_registers all = { 9, 1, 2, 3, 4, 5, 6, 0 };

	open_machine(EMR, TDXDASH_SYS_SHUTDOWN);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]) - 3; i++) {
		CHECK(call_with(2, orders[i].leaf, all) == TDX_SYS_SHUTDOWN);
		CHECK(last.rcx == 1 && last.rdx == 2 && last.r8 == 3 && last.r9 == 4 && last.r10 == 5 && last.r11 == 6);
		CHECK(state_of().sys_state == TDXDASH_SYS_SHUTDOWN);
	}

	close_machine();
	open_machine(EMR, TDXDASH_SYS_CONFIG_DONE);
	CHECK(call_with(2, TDXDASH_LEAF_SYS_SHUTDOWN, all) == TDX_SYS_NOT_READY && last.rdx == 2);
	close_machine();
	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	CHECK(call_with(2, TDXDASH_LEAF_SYS_CONFIG, all) == NOT_EXECUTED && last.rax == 9 && last.rcx == 1);
	close_machine();
}

static void held_lock_is_busy(void)
{
	static const uint64_t leaves[] = { TDXDASH_LEAF_SYS_INIT,	TDXDASH_LEAF_SYS_LP_INIT,
					   TDXDASH_LEAF_SYS_CONFIG,	TDXDASH_LEAF_SYS_KEY_CONFIG,
					   TDXDASH_LEAF_SYS_SHUTDOWN,	TDXDASH_LEAF_SYS_UPDATE };
	struct tdxdash_platform platform = {
		.max_pa_bits = 52, .keyid_start_bit = 46, .keyid_bits = 6, .first_private_keyid = 32,
		.last_private_keyid = 63, .logical_processors = 1, .sys_state = TDXDASH_SYS_READY, .global_lock = 1,
	};

	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(tdxdash_emulated_configure(transport, &platform, &error) == TDXDASH_OK);
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		CHECK(call(0, leaves[i]) == TDX_SYS_BUSY);
	/* Its operand comes first. */
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 7) == RCX_INVALID);
	/* No global lock is taken there. */
	CHECK(call(0, TDXDASH_LEAF_SYS_TDMR_INIT) == RCX_INVALID);
	close_machine();
}

static void nothing_changes_state_unless_allowed(void)
{
	struct tdxdash_registers r = { .rax = 9 };

	CHECK(tdxdash_open_emulated(EMR, NULL, 0, &transport, &error) == TDXDASH_OK);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (orders[i].leaf == TDXDASH_LEAF_SYS_RD)
			continue;
		CHECK(tdxdash_seamcall(transport, orders[i].leaf, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
		CHECK_CONTAINS(error.message, "it changes state");
		CHECK_CONTAINS(error.remedy, "tdxdash_emulated_allow_state_changes");
		CHECK(r.rax == 9);
	}

	close_machine();
}

int main(void)
{
	every_leaf_in_every_state();
	refusals_of_the_dispatcher_touch_nothing();
	held_lock_is_busy();
	nothing_changes_state_unless_allowed();
	return finish_tests();
}
