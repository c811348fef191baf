/* SPDX-License-Identifier: MIT */
/* TDH.SYS.TDMR.INIT: tdh_sys_tdmr_init.c (TDX module 1.5.01, and of 2.0 the larger step with Dynamic PAMT). */
#include "leaves.h"

#include "status.h"
#include "sys_config.h"

#define PAGE UINT64_C(4096)
#define GIB (UINT64_C(1) << 30)

/* PAMT entries of 4 KiB pages that one call initializes. */
#define ENTRIES UINT64_C(1024)
#define DYNAMIC_PAMT_ENTRIES UINT64_C(4096)

/* TDMR_MAX_COUNT where no TDMR begins there. */
static uint32_t find(const struct module_state *state, uint64_t base)
{
	for (uint32_t i = 0; i < state->tdmr_count; i++) {
		if (state->tdmrs[i].tdmr.base == base)
			return i;
	}

	return TDMR_MAX_COUNT;
}

static bool can_be_base(const struct module_platform *platform, uint64_t base)
{
	return base % GIB == 0 && base >> platform->max_pa_bits == 0 && (base & platform_keyid_mask(platform)) == 0;
}

uint64_t leaf_sys_tdmr_init(struct machine *machine, struct tdxdash_registers *registers)
{
	struct module_state *state = &machine->state;
	uint64_t step = PAGE * (state->dynamic_pamt ? DYNAMIC_PAMT_ENTRIES : ENTRIES);
	uint64_t base = registers->rcx;
	uint32_t index;
	uint64_t status;

	registers->rdx = 0;
	if (!can_be_base(&machine->module.platform, base))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	index = find(state, base);
	if (index == TDMR_MAX_COUNT)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	/* Each TDMR has a lock of its own; the global one is not taken. */
	if (faults_strike(&machine->faults, TDXDASH_FAULT_BUSY, TDXDASH_LEAF_SYS_TDMR_INIT, machine->cpu, &status))
		return TDX_OPERAND_BUSY | TDX_OPERAND_RCX;
	if (state->initialized_bytes[index] >= state->tdmrs[index].tdmr.size)
		return TDX_TDMR_ALREADY_INITIALIZED;
	state->initialized_bytes[index] += step;
	/* Rounded down, so that nobody uses a GiB of which only a part is initialized. */
	registers->rdx = (base + state->initialized_bytes[index]) & ~(GIB - 1);
	return TDX_SUCCESS;
}
