/* SPDX-License-Identifier: MIT */
/* Ordered faults: each strikes where it was ordered, as often, and the same for the same seed. */
#include "machine_test.h"

#define INCONSISTENT_MSR UINT64_C(0xc000092000000122)
#define INCORRECT_CPUID UINT64_C(0xc000090000000000)

static struct tdxdash_fault always(uint32_t kind)
{
	return (struct tdxdash_fault){ .kind = kind, .target = TDXDASH_ANY, .permille = 1000 };
}

static void order(struct tdxdash_fault fault)
{
	CHECK(tdxdash_emulated_inject(transport, 1, &fault, 1, &error) == TDXDASH_OK);
}

static void heal(void)
{
	CHECK(tdxdash_emulated_inject(transport, 1, NULL, 0, &error) == TDXDASH_OK);
}

static void entropy_runs_out(void)
{
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	order(always(TDXDASH_FAULT_ENTROPY));
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_RND_NO_ENTROPY);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_PENDING && state_of().faults_struck == 1);
	heal();
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS && state_of().faults_struck == 0);
	order(always(TDXDASH_FAULT_ENTROPY));
	CHECK(call(4, TDXDASH_LEAF_SYS_LP_INIT) == TDX_RND_NO_ENTROPY && state_of().initialized_processors == 0);
	/* It comes behind the checks of the state. */
	CHECK(call(4, TDXDASH_LEAF_SYS_INIT) == TDX_SYS_INIT_NOT_PENDING);
	heal();
	lp_init_everywhere();
	put_layout();
	CHECK(configure(40) == TDX_SUCCESS);
	order(always(TDXDASH_FAULT_ENTROPY));
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_KEY_GENERATION_FAILED && state_of().keyed_packages == 0);
	close_machine();

	open_machine(EMR, TDXDASH_SYS_NO_MODULE);
	order(always(TDXDASH_FAULT_ENTROPY));
	CHECK(install(EMR, TDXDASH_SCENARIO_LOAD) == SEAMLDR_ENOENTROPY && last.rdx == 0);
	heal();
	CHECK(install(EMR, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS);
	close_machine();
}

static void everything_is_busy(void)
{
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	order(always(TDXDASH_FAULT_BUSY));
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SYS_BUSY);
	CHECK(call(0, TDXDASH_LEAF_SYS_LP_INIT) == TDX_SYS_BUSY);
	CHECK(configure(40) == TDX_SYS_BUSY);
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SYS_BUSY);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_TDMR_INIT, GIB) == (TDX_OPERAND_BUSY | TDX_OPERAND_RCX) && last.rdx == 0);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY);
	CHECK(call_rcx(0, TDXDASH_LEAF_SYS_SHUTDOWN, 9) == (TDX_OPERAND_INVALID | TDX_OPERAND_RCX));
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SYS_BUSY);
	CHECK(state_of().sys_state == TDXDASH_SYS_READY && !state_of().handed_over);
	CHECK(read_field(0, BUILD_NUM) == 784);
	close_machine();
}

/* As a TD that is being built: shutdown alone is refused, and later it is not. */
static void one_leaf_is_busy_for_a_while(void)
{
	struct tdxdash_fault fault = always(TDXDASH_FAULT_BUSY);

	fault.leaf = TDXDASH_LEAF_SYS_SHUTDOWN;
	fault.times = 3;
	open_machine(EMR, TDXDASH_SYS_READY);
	order(fault);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_STATE_INCORRECT);
	for (uint32_t i = 0; i < 3; i++)
		CHECK(call(i, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SYS_BUSY);
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS && state_of().faults_struck == 3);
	close_machine();
}

static void key_of_one_package_fails(uint32_t times)
{
	struct tdxdash_fault fault = always(TDXDASH_FAULT_KEY);

	fault.target = 1;
	fault.times = times;
	open_machine(EMR, TDXDASH_SYS_CONFIG_DONE);
	order(fault);
	CHECK(call(0, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
	for (uint32_t i = 0; i < (times ? times : 10); i++)
		CHECK(call(4, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_KEY_GENERATION_FAILED);
	CHECK(state_of().keyed_packages == 1 && state_of().sys_state == TDXDASH_SYS_CONFIG_DONE);
	if (times) {
		CHECK(call(7, TDXDASH_LEAF_SYS_KEY_CONFIG) == TDX_SUCCESS);
		CHECK(state_of().sys_state == TDXDASH_SYS_READY);
	}

	close_machine();
}

static void one_processor_does_not_fit(void)
{
	struct tdxdash_fault fault = always(TDXDASH_FAULT_PLATFORM);

	fault.leaf = TDXDASH_LEAF_SYS_LP_INIT;
	fault.target = 6;
	fault.status = INCONSISTENT_MSR;
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	order(fault);
	CHECK(call(6, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	for (uint32_t cpu = 0; cpu < PROCESSORS; cpu++)
		CHECK(call(cpu, TDXDASH_LEAF_SYS_LP_INIT) == (cpu == 6 ? INCONSISTENT_MSR : TDX_SUCCESS));
	CHECK(state_of().initialized_processors == 7);
	put_layout();
	CHECK(configure(40) == TDX_SYS_CONFIG_NOT_PENDING);
	close_machine();

	fault.leaf = TDXDASH_LEAF_SYS_INIT;
	fault.status = INCORRECT_CPUID;
	fault.target = TDXDASH_ANY;
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	order(fault);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == INCORRECT_CPUID && state_of().sys_state == TDXDASH_SYS_INIT_PENDING);
	close_machine();
}

static void image_is_refused(uint64_t status, bool lost)
{
	struct tdxdash_fault fault = always(TDXDASH_FAULT_IMAGE);

	fault.status = status;
	open_machine(EMR, TDXDASH_SYS_INIT_PENDING);
	make_ready();
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
	order(fault);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == status && last.rdx == lost);
	CHECK(state_of().sys_state == (lost ? TDXDASH_SYS_NO_MODULE : TDXDASH_SYS_SHUTDOWN));
	CHECK(state_of().handed_over == !lost && state_of().tdmr_count == (lost ? 0 : 2));
	CHECK(call(0, TDXDASH_LEAF_SYS_RD) == (lost ? UINT64_MAX - 1 : TDX_SYS_SHUTDOWN));
	heal();
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == (lost ? SEAMLDR_EBADPARAM : TDX_SUCCESS));
	CHECK(install(SRF, TDXDASH_SCENARIO_LOAD) == TDX_SUCCESS);
	close_machine();
}

/* Down for good: neither update nor configuration of what was handed over. */
static void handoff_is_damaged(void)
{
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(call(0, TDXDASH_LEAF_SYS_SHUTDOWN) == TDX_SUCCESS);
	CHECK(install(SRF, TDXDASH_SCENARIO_UPDATE) == TDX_SUCCESS);
	CHECK(call(0, TDXDASH_LEAF_SYS_INIT) == TDX_SUCCESS);
	lp_init_everywhere();
	order(always(TDXDASH_FAULT_HANDOFF));
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_INVALID_HANDOFF);
	CHECK(state_of().sys_state == TDXDASH_SYS_INIT_DONE && state_of().handed_over);
	close_machine();
}

/* Statuses of 4,000 calls that half of the time fail, as one number each. */
static uint64_t dice(uint64_t seed, uint32_t permille, uint32_t *struck)
{
	struct tdxdash_fault fault = always(TDXDASH_FAULT_BUSY);
	uint64_t trace = 0;

	fault.permille = permille;
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(tdxdash_emulated_inject(transport, seed, &fault, 1, &error) == TDXDASH_OK);
	*struck = 0;
	for (uint32_t i = 0; i < 4000; i++) {
		bool busy = call(i % PROCESSORS, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY;

		*struck += busy;
		trace = trace * UINT64_C(6364136223846793005) + busy + 1;
	}

	CHECK(state_of().faults_struck == *struck);
	close_machine();
	return trace;
}

static void chance_is_the_seeds(void)
{
	uint32_t struck = 0;
	uint64_t first = dice(7, 250, &struck);

	CHECK(struck > 900 && struck < 1100);
	CHECK(dice(7, 250, &struck) == first);
	CHECK(dice(8, 250, &struck) != first);
	(void)dice(0, 1, &struck);
	CHECK(struck < 20);
}

static void skipped_calls_go_by(void)
{
	struct tdxdash_fault faults[2] = { always(TDXDASH_FAULT_BUSY), always(TDXDASH_FAULT_BUSY) };

	faults[0].skip = 2;
	faults[0].times = 1;
	faults[1].target = 5;
	open_machine(EMR, TDXDASH_SYS_READY);
	CHECK(tdxdash_emulated_inject(transport, 1, faults, 2, &error) == TDXDASH_OK);
	CHECK(call(5, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_STATE_INCORRECT);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY);
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_STATE_INCORRECT);
	CHECK(call(5, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY);
	close_machine();
}

static void impossible_faults_are_refused(void)
{
	static const struct {
		struct tdxdash_fault fault;
		const char *why;
	} bad[] = {
		{ { .kind = 0, .target = TDXDASH_ANY, .permille = 1000 }, "kind is not known" },
		{ { .kind = 7, .target = TDXDASH_ANY, .permille = 1000 }, "kind is not known" },
		{ { .kind = TDXDASH_FAULT_BUSY, .permille = 0 }, "permille" },
		{ { .kind = TDXDASH_FAULT_BUSY, .permille = 1001 }, "permille" },
		{ { .kind = TDXDASH_FAULT_BUSY, .permille = 5, .status = 1 }, "status" },
		{ { .kind = TDXDASH_FAULT_BUSY, .permille = 5, .reserved = 1 }, "reserved" },
		{ { .kind = TDXDASH_FAULT_BUSY, .permille = 5, .leaf = TDXDASH_LEAF_SYS_RD }, "leaf cannot meet it" },
		{ { .kind = TDXDASH_FAULT_ENTROPY, .permille = 5, .leaf = TDXDASH_LEAF_SYS_UPDATE }, "leaf cannot meet it" },
		{ { .kind = TDXDASH_FAULT_PLATFORM, .permille = 5, .status = INCONSISTENT_MSR }, "needs TDH.SYS.INIT" },
		{ { .kind = TDXDASH_FAULT_PLATFORM, .permille = 5, .leaf = 33, .status = TDX_SYS_BUSY }, "status" },
		{ { .kind = TDXDASH_FAULT_IMAGE, .permille = 5, .target = TDXDASH_ANY }, "status" },
		{ { .kind = TDXDASH_FAULT_IMAGE, .permille = 5, .status = SEAMLDR_EBADSIG }, "TDXDASH_ANY" },
		{ { .kind = TDXDASH_FAULT_HANDOFF, .permille = 5, .target = 1 }, "TDXDASH_ANY" },
	};
	struct tdxdash_fault many[TDXDASH_MAX_FAULTS + 1];

	open_machine(EMR, TDXDASH_SYS_READY);
	order(always(TDXDASH_FAULT_BUSY));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(tdxdash_emulated_inject(transport, 1, &bad[i].fault, 1, &error) == TDXDASH_INVALID_ARGUMENT);
		CHECK_CONTAINS(error.message, bad[i].why);
		CHECK_CONTAINS(error.message, "Fault 0 cannot be");
	}

	for (size_t i = 0; i <= TDXDASH_MAX_FAULTS; i++)
		many[i] = always(TDXDASH_FAULT_ENTROPY);
	CHECK(tdxdash_emulated_inject(transport, 1, many, TDXDASH_MAX_FAULTS + 1, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "17 faults are ordered");
	CHECK(tdxdash_emulated_inject(transport, 1, NULL, 1, &error) == TDXDASH_INVALID_ARGUMENT);
	/* Those ordered before stay. */
	CHECK(call(0, TDXDASH_LEAF_SYS_UPDATE) == TDX_SYS_BUSY);
	close_machine();
}

int main(void)
{
	entropy_runs_out();
	everything_is_busy();
	one_leaf_is_busy_for_a_while();
	key_of_one_package_fails(1);
	key_of_one_package_fails(0);
	one_processor_does_not_fit();
	image_is_refused(SEAMLDR_EBADSIG, false);
	image_is_refused(SEAMLDR_ENOMEM, false);
	image_is_refused(SEAMLDR_EUNSUPCPU, false);
	image_is_refused(SEAMLDR_EBADHASH, true);
	handoff_is_damaged();
	chance_is_the_seeds();
	skipped_calls_go_by();
	impossible_faults_are_refused();
	return finish_tests();
}
