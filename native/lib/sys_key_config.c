/* SPDX-License-Identifier: MIT */
/* TDH.SYS.KEY.CONFIG: tdh_sys_key_config.c (TDX module 1.5.01). */
#include "leaves.h"

#include "status.h"
#include "sys_config.h"

static bool key_fails(struct machine *machine, uint32_t package)
{
	uint64_t status;

	return faults_strike(&machine->faults, TDXDASH_FAULT_KEY, TDXDASH_LEAF_SYS_KEY_CONFIG, package, &status) ||
	       machine_lacks_entropy(machine, TDXDASH_LEAF_SYS_KEY_CONFIG);
}

uint64_t leaf_sys_key_config(struct machine *machine)
{
	uint32_t package = machine_package_of(machine, machine->cpu);
	uint32_t all = (UINT32_C(1) << machine->package_count) - 1;
	uint32_t bit = UINT32_C(1) << package;

	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_KEY_CONFIG))
		return TDX_SYS_BUSY;
	if (machine->state.sys_state != TDXDASH_SYS_CONFIG_DONE)
		return TDX_SYS_KEY_CONFIG_NOT_PENDING;
	if (machine->state.keyed_packages & bit)
		return TDX_KEY_CONFIGURED;
	if (key_fails(machine, package))
		return TDX_KEY_GENERATION_FAILED;
	machine->state.keyed_packages |= bit;
	if ((machine->state.keyed_packages & all) == all)
		machine->state.sys_state = TDXDASH_SYS_READY;
	return TDX_SUCCESS;
}
