/* SPDX-License-Identifier: MIT */
/* Which leaf a machine answers in which state: tdx_vmm_dispatcher.c (TDX module 1.5.01). */
#include "leaves.h"

#include "status.h"
#include "sys_config.h"

#include <errno.h>

const char *leaf_name(uint64_t leaf)
{
	static const struct {
		uint64_t leaf;
		const char *name;
	} names[] = {
		{ TDXDASH_LEAF_SYS_KEY_CONFIG, "TDH.SYS.KEY.CONFIG" }, { TDXDASH_LEAF_SYS_INIT, "TDH.SYS.INIT" },
		{ TDXDASH_LEAF_SYS_RD, "TDH.SYS.RD" },		       { TDXDASH_LEAF_SYS_LP_INIT, "TDH.SYS.LP.INIT" },
		{ TDXDASH_LEAF_SYS_TDMR_INIT, "TDH.SYS.TDMR.INIT" },   { TDXDASH_LEAF_SYS_RDALL, "TDH.SYS.RDALL" },
		{ TDXDASH_LEAF_SYS_LP_SHUTDOWN, "TDH.SYS.LP.SHUTDOWN" }, { TDXDASH_LEAF_SYS_CONFIG, "TDH.SYS.CONFIG" },
		{ TDXDASH_LEAF_SYS_SHUTDOWN, "TDH.SYS.SHUTDOWN" },     { TDXDASH_LEAF_SYS_UPDATE, "TDH.SYS.UPDATE" },
		{ TDXDASH_LEAF_SEAMLDR_INSTALL, "SEAMLDR.INSTALL" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].leaf == leaf)
			return names[i].name;
	}

	return "an unknown leaf";
}

/* Of the leaves that get here, these two alone need a module that is ready. */
static bool needs_ready(uint64_t leaf)
{
	return leaf == TDXDASH_LEAF_SYS_TDMR_INIT || leaf == TDXDASH_LEAF_SYS_SHUTDOWN;
}

static uint64_t read_metadata(struct machine *machine, uint64_t leaf, struct tdxdash_registers *registers, void *page)
{
	if (!machine->processors[machine->cpu].initialized) {
		registers->r8 = leaf == TDXDASH_LEAF_SYS_RD ? 0 : FIELD_ID_NULL;
		if (leaf == TDXDASH_LEAF_SYS_RD)
			registers->rdx = FIELD_ID_NULL;
		return TDX_SYS_LP_INIT_NOT_DONE;
	}

	if (leaf == TDXDASH_LEAF_SYS_RD)
		module_sys_rd(&machine->module, registers);
	else
		module_sys_rdall(&machine->module, registers, page);
	return registers->rax;
}

static uint64_t configure(struct machine *machine, struct tdxdash_registers *registers)
{
	if (machine_is_busy(machine, TDXDASH_LEAF_SYS_CONFIG))
		return TDX_SYS_BUSY;
	module_sys_config(&machine->module, &machine->memory, &machine->state, registers);
	return registers->rax;
}

static uint64_t dispatch(struct machine *machine, uint64_t leaf, struct tdxdash_registers *registers, void *page)
{
	uint32_t state = machine->state.sys_state;

	if (leaf == TDXDASH_LEAF_SYS_LP_SHUTDOWN)
		return TDX_SUCCESS;
	if (state == TDXDASH_SYS_SHUTDOWN)
		return TDX_SYS_SHUTDOWN;
	if (state != TDXDASH_SYS_READY && needs_ready(leaf))
		return TDX_SYS_NOT_READY;
	switch (leaf) {
	case TDXDASH_LEAF_SYS_INIT:
		return leaf_sys_init(machine, registers);
	case TDXDASH_LEAF_SYS_LP_INIT:
		return leaf_sys_lp_init(machine, registers);
	case TDXDASH_LEAF_SYS_CONFIG:
		return configure(machine, registers);
	case TDXDASH_LEAF_SYS_KEY_CONFIG:
		return leaf_sys_key_config(machine);
	case TDXDASH_LEAF_SYS_TDMR_INIT:
		return leaf_sys_tdmr_init(machine, registers);
	case TDXDASH_LEAF_SYS_SHUTDOWN:
		return leaf_sys_shutdown(machine, registers);
	case TDXDASH_LEAF_SYS_UPDATE:
		return leaf_sys_update(machine);
	default:
		return read_metadata(machine, leaf, registers, page);
	}
}

static int32_t fail_absent(const struct machine *machine, uint64_t leaf, struct tdxdash_error *error)
{
	const struct failure failure = { TDXDASH_NOT_EXECUTED, ENODEV, 0 };

	if (machine->seamldr.installing > 0)
		return fail(error, failure, "Call SEAMLDR.INSTALL on the other processors; the last one ends it.",
			    "%s was not executed: a TDX module is being installed, by %u of %u processors so far.",
			    leaf_name(leaf), machine->seamldr.installing, machine->processor_count);
	return fail(error, failure, "Install a TDX module by SEAMLDR.INSTALL on every processor.",
		    "%s was not executed: no TDX module is loaded.", leaf_name(leaf));
}

int32_t machine_call(struct machine *machine, uint64_t leaf, struct tdxdash_registers *registers, void *page,
		     struct tdxdash_error *error)
{
	struct processor *processor = &machine->processors[machine->cpu];
	bool reads = leaf == TDXDASH_LEAF_SYS_RD || leaf == TDXDASH_LEAF_SYS_RDALL;

	if (leaf == TDXDASH_LEAF_SEAMLDR_INSTALL)
		registers->rax = leaf_seamldr_install(machine, registers);
	else if (!machine->seamldr.module_runs)
		return fail_absent(machine, leaf, error);
	else
		registers->rax = dispatch(machine, leaf, registers, page);
	if (!reads) {
		processor->last_leaf = leaf;
		processor->last_status = registers->rax;
		machine->revision++;
	}

	return succeed(error);
}
