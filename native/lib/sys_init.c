/* SPDX-License-Identifier: MIT */
/* TDH.SYS.INIT and TDH.SYS.LP.INIT: the order of the checks is that of tdh_sys_init.c and tdh_sys_lp_init.c (TDX module 1.5.01). */
#include "leaves.h"

#include "status.h"
#include "sys_config.h"

uint64_t leaf_sys_init(struct machine *machine, struct tdxdash_registers *registers)
{
	uint64_t attributes = registers->rcx;
	uint64_t status;

	registers->rcx = 0;
	registers->rdx = 0;
	registers->r8 = 0;
	registers->r9 = 0;
	registers->r10 = 0;
	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_INIT))
		return TDX_SYS_BUSY;
	if (attributes != 0)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (machine->state.sys_state != TDXDASH_SYS_INIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;
	if (faults_strike(&machine->faults, TDXDASH_FAULT_PLATFORM, TDXDASH_LEAF_SYS_INIT, machine->cpu, &status))
		return status;
	if (machine_lacks_entropy(machine, TDXDASH_LEAF_SYS_INIT))
		return TDX_RND_NO_ENTROPY;
	machine->state.sys_state = TDXDASH_SYS_INIT_DONE;
	return TDX_SUCCESS;
}

uint64_t leaf_sys_lp_init(struct machine *machine, struct tdxdash_registers *registers)
{
	struct processor *processor = &machine->processors[machine->cpu];
	uint64_t status;

	registers->rcx = 0;
	registers->rdx = 0;
	registers->r8 = 0;
	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_LP_INIT))
		return TDX_SYS_BUSY;
	if (machine->state.sys_state != TDXDASH_SYS_INIT_DONE)
		return TDX_SYS_LP_INIT_NOT_PENDING;
	if (processor->initialized)
		return TDX_SYS_LP_INIT_DONE;
	if (machine_lacks_entropy(machine, TDXDASH_LEAF_SYS_LP_INIT))
		return TDX_RND_NO_ENTROPY;
	if (faults_strike(&machine->faults, TDXDASH_FAULT_PLATFORM, TDXDASH_LEAF_SYS_LP_INIT, machine->cpu, &status))
		return status;
	processor->initialized = true;
	machine->state.initialized_logical_processors++;
	return TDX_SUCCESS;
}
