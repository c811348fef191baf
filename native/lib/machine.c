/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include "packages.h"

#include <stdlib.h>
#include <string.h>

int32_t machine_begin(struct machine *machine, struct tdxdash_error *error)
{
	const struct module_platform *platform = &machine->module.platform;
	uint32_t count = platform->logical_processors;
	struct processor *processors = calloc(count, sizeof(*processors));

	if (!processors)
		return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, 0, 0 }, "Free memory and try again.",
			    "There is no memory for %u processors.", count);
	free(machine->processors);
	machine->processors = processors;
	machine->processor_count = count;
	machine->package_count = packages_of(&machine->module);
	machine->cpu = 0;
	machine->revision++;
	module_state_begin(&machine->state, platform);
	for (uint32_t i = 0; i < count && i < machine->state.initialized_logical_processors; i++)
		processors[i].initialized = true;
	memory_clear(&machine->memory);
	memset(&machine->handoff, 0, sizeof(machine->handoff));
	memset(&machine->faults, 0, sizeof(machine->faults));
	free(machine->seamldr.image);
	machine->seamldr = (struct seamldr){
		.module_runs = platform->sys_state != TDXDASH_SYS_NO_MODULE,
		.module_known = platform->sys_state != TDXDASH_SYS_NO_MODULE,
		.remaining_updates = platform->max_updates,
	};
	return TDXDASH_OK;
}

void machine_clear(struct machine *machine)
{
	free(machine->processors);
	free(machine->seamldr.image);
	memory_clear(&machine->memory);
}

uint32_t machine_package_of(const struct machine *machine, uint32_t cpu)
{
	return (uint32_t)((uint64_t)cpu * machine->package_count / machine->processor_count);
}

uint32_t machine_processors_of(const struct machine *machine, uint32_t package)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < machine->processor_count; i++)
		count += machine_package_of(machine, i) == package;
	return count;
}

uint64_t machine_field(const struct machine *machine, uint64_t id)
{
	const struct module_field *field = module_find(&machine->module, id);

	return field ? machine->module.values[field->first_value] : 0;
}

void machine_set_field(struct machine *machine, uint64_t id, uint64_t value)
{
	const struct module_field *field = module_find(&machine->module, id);

	if (field)
		machine->module.values[field->first_value] = value;
}

bool machine_is_busy(struct machine *machine, uint64_t leaf)
{
	uint64_t status;

	return machine->state.global_lock != 0 ||
	       faults_strike(&machine->faults, TDXDASH_FAULT_BUSY, leaf, machine->cpu, &status);
}

bool machine_lacks_entropy(struct machine *machine, uint64_t leaf)
{
	uint64_t status;

	return faults_strike(&machine->faults, TDXDASH_FAULT_ENTROPY, leaf, machine->cpu, &status);
}
