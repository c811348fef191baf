/* SPDX-License-Identifier: MIT */
/* TDH.SYS.CONFIG: its state and operands, and the order of the checks of each TDMR. */
#include "sys_config.h"

#include "cmrs.h"
#include "field_id.h"

#include <string.h>

#define KEYID_OPERAND_MASK UINT64_C(0xffff)

void module_state_begin(struct module_state *state, const struct module_platform *platform)
{
	memset(state, 0, sizeof(*state));
	state->sys_state = platform->sys_state;
	state->global_lock = platform->global_lock;
	state->initialized_logical_processors = platform->initialized_logical_processors;
}

static uint64_t check_operands(const struct module_platform *platform, const struct tdxdash_registers *registers)
{
	if (!platform_is_shared(platform, registers->rcx, TDMR_INFO_SIZE))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (registers->rdx == 0 || registers->rdx > TDMR_MAX_COUNT)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (registers->r8 > KEYID_OPERAND_MASK || registers->r8 < platform->first_private_keyid ||
	    registers->r8 > platform->last_private_keyid)
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	return TDX_SUCCESS;
}

static void merge_cmrs(const struct module *module, struct merged_cmrs *merged)
{
	struct cmr_slots slots = cmr_slots_of(module);

	merged->count = 0;
	for (uint32_t i = 0; i < slots.count; i++) {
		struct range cmr = { slots.bases[i], slots.sizes[i] };
		struct range *last = merged->count > 0 ? &merged->cmrs[merged->count - 1] : NULL;

		if (cmr.size == 0)
			continue;
		if (last && range_end(*last) == cmr.base)
			last->size += cmr.size;
		else
			merged->cmrs[merged->count++] = cmr;
	}
}

/* Reads each TDMR_INFO once and keeps it, so that what is checked is what is configured. */
static uint64_t configure(const struct module *module, const struct memory *memory, struct tdmr_info *tdmrs,
			  const struct tdxdash_registers *registers)
{
	const struct module_platform *platform = &module->platform;
	unsigned char addresses[TDMR_MAX_COUNT * 8];
	unsigned char bytes[TDMR_INFO_SIZE];
	struct merged_cmrs merged;

	memory_read(memory, registers->rcx, addresses, 8 * registers->rdx);
	merge_cmrs(module, &merged);
	for (uint32_t i = 0; i < registers->rdx; i++) {
		uint64_t address = read_u64(addresses + 8 * i);
		uint64_t status;

		if (!platform_is_shared(platform, address, TDMR_INFO_SIZE))
			return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
		memory_read(memory, address, bytes, sizeof(bytes));
		tdmrs[i] = tdmr_parse(bytes);
		status = check_tdmr(platform, tdmrs, i);
		if (status == TDX_SUCCESS)
			status = check_pamt(platform, tdmrs, i);
		if (status == TDX_SUCCESS)
			status = check_inside_cmrs(&merged, &tdmrs[i], i);
		if (status != TDX_SUCCESS)
			return status;
	}

	return TDX_SUCCESS;
}

static uint64_t call(const struct module *module, const struct memory *memory, struct module_state *state,
		     const struct tdxdash_registers *registers)
{
	uint64_t status;

	if (state->global_lock != 0)
		return TDX_SYS_BUSY;
	if (state->sys_state != TDXDASH_SYS_INIT_DONE ||
	    state->initialized_logical_processors < module->platform.logical_processors)
		return TDX_SYS_CONFIG_NOT_PENDING;
	status = check_operands(&module->platform, registers);
	if (status != TDX_SUCCESS)
		return status;
	state->global_private_keyid = (uint32_t)registers->r8;
	status = configure(module, memory, state->tdmrs, registers);
	if (status != TDX_SUCCESS)
		return status;
	state->tdmr_count = (uint32_t)registers->rdx;
	state->sys_state = TDXDASH_SYS_CONFIG_DONE;
	return TDX_SUCCESS;
}

void module_sys_config(const struct module *module, const struct memory *memory, struct module_state *state,
		       struct tdxdash_registers *registers)
{
	registers->rax = call(module, memory, state, registers);
}
