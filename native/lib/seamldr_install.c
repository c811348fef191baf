/* SPDX-License-Identifier: MIT */
/*
 * SEAMLDR.INSTALL: Intel's published P-SEAMLDR source, seamldr_install.c. The first processor of a session makes the old
 * module unreachable, the last one installs. Errors before memory is changed leave the old module as it was.
 */
#include "leaves.h"

#include "seamldr_params.h"
#include "status.h"

#include <string.h>

#define MAJOR_VERSION UINT64_C(0x0800000100000004)
#define MIN_UPDATE_HV UINT64_C(0x8900000100000001)
#define MODULE_HV UINT64_C(0x8900000100000000)

/* RDX beside an error: whether the old module is lost. */
#define RECOVERABLE UINT64_C(0)
#define UNRECOVERABLE UINT64_C(1)

static uint64_t field_of(const struct module *module, uint64_t id)
{
	const struct module_field *field = module_find(module, id);

	return field ? module->values[field->first_value] : 0;
}

/* Before memory is changed. What of a SIGSTRUCT is not in a profile, as the SVN, is not checked. */
static uint64_t check_image(struct machine *machine, uint32_t scenario)
{
	const struct module *image = machine->seamldr.image;
	uint64_t status;

	if (!image)
		return SEAMLDR_EBADSIG;
	/* A module of another major version is no update. */
	if (scenario == TDXDASH_SCENARIO_UPDATE && field_of(image, MAJOR_VERSION) != machine_field(machine, MAJOR_VERSION))
		return SEAMLDR_EUNSUPPORTED;
	if (faults_strike(&machine->faults, TDXDASH_FAULT_IMAGE, TDXDASH_LEAF_SEAMLDR_INSTALL, machine->cpu, &status))
		return status;
	return machine_lacks_entropy(machine, TDXDASH_LEAF_SEAMLDR_INSTALL) ? SEAMLDR_ENOENTROPY : TDX_SUCCESS;
}

static uint64_t check_handoff(const struct machine *machine)
{
	const struct module *image = machine->seamldr.image;
	const struct handoff *handoff = &machine->handoff;

	if (machine->seamldr.remaining_updates == 0)
		return SEAMLDR_EBADCALL;
	if (!handoff->valid || handoff->version < field_of(image, MIN_UPDATE_HV) ||
	    handoff->version > field_of(image, MODULE_HV))
		return SEAMLDR_EBADHANDOFF;
	return TDX_SUCCESS;
}

static void forget_old(struct machine *machine, bool handed_over)
{
	module_state_restart(&machine->state);
	for (uint32_t i = 0; i < machine->processor_count; i++)
		machine->processors[i].initialized = false;
	if (!handed_over)
		memset(&machine->handoff, 0, sizeof(machine->handoff));
}

static void load(struct machine *machine, uint32_t scenario)
{
	struct module_platform platform = machine->module.platform;
	struct seamldr *seamldr = &machine->seamldr;

	machine->module = *seamldr->image;
	machine->module.platform = platform;
	seamldr->module_known = true;
	forget_old(machine, scenario == TDXDASH_SCENARIO_UPDATE);
	handoff_show(machine);
	if (scenario == TDXDASH_SCENARIO_LOAD)
		seamldr->remaining_updates = platform.max_updates;
	if (seamldr->remaining_updates > 0)
		seamldr->remaining_updates--;
}

/* The work of the last processor of a session. */
static uint64_t install(struct machine *machine, uint64_t params, uint64_t *lost)
{
	uint32_t scenario;
	uint64_t status;
	bool bad_hash;

	*lost = RECOVERABLE;
	if (!seamldr_params_read(&machine->memory, &machine->module.platform, params, &scenario) ||
	    (scenario == TDXDASH_SCENARIO_UPDATE && !machine->seamldr.module_ran))
		return SEAMLDR_EBADPARAM;
	status = check_image(machine, scenario);
	bad_hash = status == SEAMLDR_EBADHASH;
	if (status != TDX_SUCCESS && !bad_hash)
		return status;
	if (scenario == TDXDASH_SCENARIO_UPDATE) {
		status = check_handoff(machine);
		if (status != TDX_SUCCESS)
			return status;
	}

	/* The hash is taken of the pages in their place, which was that of the old module. */
	if (bad_hash) {
		*lost = UNRECOVERABLE;
		forget_old(machine, false);
		machine->state.sys_state = TDXDASH_SYS_NO_MODULE;
		return SEAMLDR_EBADHASH;
	}

	load(machine, scenario);
	return TDX_SUCCESS;
}

static void end_session(struct machine *machine, bool module_runs)
{
	for (uint32_t i = 0; i < machine->processor_count; i++)
		machine->processors[i].installing = false;
	machine->seamldr.installing = 0;
	machine->seamldr.module_runs = module_runs;
}

uint64_t leaf_seamldr_install(struct machine *machine, struct tdxdash_registers *registers)
{
	struct seamldr *seamldr = &machine->seamldr;
	struct processor *processor = &machine->processors[machine->cpu];
	uint64_t status;

	registers->rdx = RECOVERABLE;
	if (processor->installing)
		return SEAMLDR_EBADCALL;
	if (seamldr->installing == 0) {
		seamldr->module_ran = seamldr->module_runs;
		seamldr->module_runs = false;
	}

	processor->installing = true;
	seamldr->installing++;
	if (seamldr->installing < machine->processor_count)
		return TDX_SUCCESS;
	status = install(machine, registers->rcx, &registers->rdx);
	end_session(machine, status == TDX_SUCCESS || (registers->rdx == RECOVERABLE && seamldr->module_ran));
	return status;
}
