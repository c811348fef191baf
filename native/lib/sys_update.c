/* SPDX-License-Identifier: MIT */
/* TDH.SYS.SHUTDOWN and TDH.SYS.UPDATE, and what is handed over between them: tdh_sys_shutdown.c and tdh_sys_update.c
 * (TDX module 1.5.01). */
#include "leaves.h"

#include "status.h"
#include "sys_config.h"

#define MODULE_HV UINT64_C(0x8900000100000000)
#define MIN_UPDATE_HV UINT64_C(0x8900000100000001)
#define NO_DOWNGRADE UINT64_C(0x8900000000000002)
#define NUM_HANDOFF_PAGES UINT64_C(0x8900000100000003)
#define HANDOFF_DATA_VALID UINT64_C(0x8900000000000004)
#define HANDOFF_DATA_HV UINT64_C(0x8900000100000005)
#define HANDOFF_DATA_SIZE UINT64_C(0x8900000200000006)

/* Bytes of the header before the handoff data. */
#define HANDOFF_HEADER_SIZE 8u

uint64_t leaf_sys_shutdown(struct machine *machine, const struct tdxdash_registers *registers)
{
	uint64_t native = machine_field(machine, MODULE_HV);
	uint64_t version = registers->rcx;

	/* The module looks at its operand before it takes the lock. */
	if (version < machine_field(machine, MIN_UPDATE_HV) || version > native ||
	    (machine_field(machine, NO_DOWNGRADE) && version != native))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_SHUTDOWN))
		return TDX_SYS_BUSY;
	machine->handoff.valid = true;
	machine->handoff.version = (uint16_t)version;
	machine->handoff.kept = machine->state;
	machine->state.sys_state = TDXDASH_SYS_SHUTDOWN;
	return TDX_SUCCESS;
}

/* Where a part of the handoff data is taken up, each as the old module left it. */
static void take_up(struct module_state *state, const struct module_state *kept)
{
	state->global_private_keyid = kept->global_private_keyid;
	state->keyed_packages = kept->keyed_packages;
	state->dynamic_pamt = kept->dynamic_pamt;
	state->tdmr_count = kept->tdmr_count;
	for (uint32_t i = 0; i < TDMR_MAX_COUNT; i++) {
		state->tdmrs[i] = kept->tdmrs[i];
		state->initialized_bytes[i] = kept->initialized_bytes[i];
	}
}

uint64_t leaf_sys_update(struct machine *machine)
{
	struct handoff *handoff = &machine->handoff;
	struct module_state *state = &machine->state;
	uint64_t status;

	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_UPDATE))
		return TDX_SYS_BUSY;
	if (state->sys_state != TDXDASH_SYS_INIT_DONE ||
	    state->initialized_logical_processors < machine->processor_count)
		return TDX_SYS_STATE_INCORRECT;
	if (!handoff->valid || handoff->version < machine_field(machine, MIN_UPDATE_HV) ||
	    handoff->version > machine_field(machine, MODULE_HV) ||
	    faults_strike(&machine->faults, TDXDASH_FAULT_HANDOFF, TDXDASH_LEAF_SYS_UPDATE, machine->cpu, &status))
		return TDX_SYS_INVALID_HANDOFF;
	take_up(state, &handoff->kept);
	handoff->valid = false;
	handoff_show(machine);
	state->sys_state = TDXDASH_SYS_READY;
	return TDX_SUCCESS;
}

void handoff_show(struct machine *machine)
{
	uint64_t pages = machine_field(machine, NUM_HANDOFF_PAGES) + 1;
	bool valid = machine->handoff.valid;

	machine_set_field(machine, HANDOFF_DATA_VALID, valid);
	machine_set_field(machine, HANDOFF_DATA_HV, machine->handoff.version);
	/* How much of the pages a module fills is not known; all of them is the most. */
	machine_set_field(machine, HANDOFF_DATA_SIZE, valid ? pages * TDXDASH_PAGE_SIZE - HANDOFF_HEADER_SIZE : 0);
}
