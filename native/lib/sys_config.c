/* SPDX-License-Identifier: MIT */
/* TDH.SYS.CONFIG: its state and operands, and the order of the checks of each TDMR. */
#include "sys_config.h"

#include "field_id.h"

#define KEYID_OPERAND_MASK UINT64_C(0xffff)
#define TDX_FEATURES0 UINT64_C(0x0a00000300000008)
#define DYNAMIC_PAMT_FEATURE (UINT64_C(1) << 36)

static bool offers_dynamic_pamt(const struct module *module)
{
	const struct module_field *features = module_find(module, TDX_FEATURES0);

	return features && (module->values[features->first_value] & DYNAMIC_PAMT_FEATURE) != 0;
}

static uint64_t check_operands(const struct module *module, const struct tdxdash_registers *registers)
{
	const struct module_platform *platform = &module->platform;
	uint64_t keyid = registers->r8 & KEYID_OPERAND_MASK;
	uint64_t options = registers->r8 & ~KEYID_OPERAND_MASK;

	if (!platform_is_shared(platform, registers->rcx, TDMR_INFO_SIZE))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (registers->rdx == 0 || registers->rdx > TDMR_MAX_COUNT)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (options != 0 && (options != TDX_SYS_CONFIG_DYNAMIC_PAMT || !offers_dynamic_pamt(module)))
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	if (keyid < platform->first_private_keyid || keyid > platform->last_private_keyid)
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	return TDX_SUCCESS;
}

/* Reads each TDMR_INFO once and keeps it, so that what is checked is what is configured. */
static uint64_t configure(const struct module *module, const struct memory *memory, struct module_state *state,
			  const struct tdxdash_registers *registers)
{
	const struct module_platform *platform = &module->platform;
	unsigned char addresses[TDMR_MAX_COUNT * 8];
	unsigned char bytes[TDMR_INFO_SIZE];
	struct cmr_slots cmrs = cmr_slots_of(module);
	struct tdmr_info *tdmrs = state->tdmrs;

	memory_read(memory, registers->rcx, addresses, 8 * registers->rdx);
	for (uint32_t i = 0; i < registers->rdx; i++) {
		uint64_t address = read_u64(addresses + 8 * i);
		uint64_t status;

		if (!platform_is_shared(platform, address, TDMR_INFO_SIZE))
			return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
		memory_read(memory, address, bytes, sizeof(bytes));
		tdmrs[i] = tdmr_parse(bytes);
		status = check_tdmr(platform, tdmrs, i);
		if (status == TDX_SUCCESS)
			status = check_pamt(platform, tdmrs, i, state->dynamic_pamt);
		if (status == TDX_SUCCESS)
			status = check_inside_cmrs(&cmrs, &tdmrs[i], i);
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
	status = check_operands(module, registers);
	if (status != TDX_SUCCESS)
		return status;
	/* Both are kept before the module looks whether Dynamic PAMT can be had. */
	state->global_private_keyid = (uint32_t)(registers->r8 & KEYID_OPERAND_MASK);
	state->dynamic_pamt = (registers->r8 & TDX_SYS_CONFIG_DYNAMIC_PAMT) != 0;
	if (state->dynamic_pamt && module->platform.keyid_start_bit > TDX_MAX_DYNAMIC_PAMT_KEYID_START_BIT)
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	status = configure(module, memory, state, registers);
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
