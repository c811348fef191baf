/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash_emulated.h that say where an emulated module is. */
#include "transport.h"

#include <stdio.h>

static uint32_t count_keyed(const struct machine *machine)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < machine->package_count; i++)
		count += machine->state.keyed_packages >> i & 1;
	return count;
}

static uint32_t count_initialized(const struct machine *machine)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < machine->processor_count; i++)
		count += machine->processors[i].initialized;
	return count;
}

static struct tdxdash_module_state state_of(const struct machine *machine)
{
	const struct module_state *state = &machine->state;
	const struct handoff *handoff = &machine->handoff;
	struct tdxdash_module_state out = {
		.sys_state = state->sys_state,
		.global_private_keyid = state->global_private_keyid,
		.tdmr_count = state->tdmr_count,
		.page_count = machine->memory.page_count,
		.cpu = machine->cpu,
		.processor_count = machine->processor_count,
		.initialized_processors = count_initialized(machine),
		.installing_processors = machine->seamldr.installing,
		.package_count = machine->package_count,
		.keyed_packages = count_keyed(machine),
		.remaining_updates = machine->seamldr.remaining_updates,
		.handed_over = handoff->valid,
		.handoff_version = handoff->valid ? handoff->version : 0,
		.handoff_tdmr_count = handoff->valid ? handoff->kept.tdmr_count : 0,
		.tdmr_bytes = module_state_tdmr_bytes(state),
		.initialized_bytes = module_state_initialized_bytes(state),
		.faults_struck = machine->faults.struck,
		.revision = machine->revision,
	};

	if (machine->seamldr.module_known)
		(void)snprintf(out.profile, sizeof(out.profile), "%s", machine->module.name);
	return out;
}

int32_t tdxdash_emulated_state(struct tdxdash_transport *transport, struct tdxdash_module_state *state,
			       struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);

	if (result != TDXDASH_OK)
		return result;
	if (!state)
		return invalid_argument(error, "tdxdash_emulated_state needs a place for the state.");
	(void)pthread_mutex_lock(&transport->lock);
	*state = state_of(&transport->machine);
	(void)pthread_mutex_unlock(&transport->lock);
	return succeed(error);
}

/* Whether a list can be given; the lock is held where it can. */
static int32_t begin_list(struct tdxdash_transport *transport, const char *function, const void *entries,
			  uint32_t capacity, const uint32_t *count, struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, function, error);

	if (result != TDXDASH_OK)
		return result;
	if (!count || (!entries && capacity > 0))
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
			    "Correct the program that calls libtdxdash.",
			    "%s needs a place for the number of entries, and for the entries that it may fill.", function);
	(void)pthread_mutex_lock(&transport->lock);
	return TDXDASH_OK;
}

static int32_t end_list(struct tdxdash_transport *transport, struct tdxdash_error *error)
{
	(void)pthread_mutex_unlock(&transport->lock);
	return succeed(error);
}

int32_t tdxdash_emulated_processors(struct tdxdash_transport *transport, struct tdxdash_processor *processors,
				    uint32_t capacity, uint32_t *count, struct tdxdash_error *error)
{
	int32_t result = begin_list(transport, __func__, processors, capacity, count, error);

	if (result != TDXDASH_OK)
		return result;
	*count = transport->machine.processor_count;
	for (uint32_t i = 0; i < *count && i < capacity; i++) {
		const struct processor *processor = &transport->machine.processors[i];

		processors[i] = (struct tdxdash_processor){
			.package = machine_package_of(&transport->machine, i),
			.initialized = processor->initialized,
			.installing = processor->installing,
			.last_leaf = processor->last_leaf,
			.last_status = processor->last_status,
		};
	}

	return end_list(transport, error);
}

int32_t tdxdash_emulated_packages(struct tdxdash_transport *transport, struct tdxdash_package *packages,
				  uint32_t capacity, uint32_t *count, struct tdxdash_error *error)
{
	int32_t result = begin_list(transport, __func__, packages, capacity, count, error);
	uint32_t first = 0;

	if (result != TDXDASH_OK)
		return result;
	*count = transport->machine.package_count;
	for (uint32_t i = 0; i < *count && i < capacity; i++) {
		uint32_t processors = machine_processors_of(&transport->machine, i);

		packages[i] = (struct tdxdash_package){ first, processors,
							transport->machine.state.keyed_packages >> i & 1, 0 };
		first += processors;
	}

	return end_list(transport, error);
}

int32_t tdxdash_emulated_tdmrs(struct tdxdash_transport *transport, struct tdxdash_tdmr *tdmrs, uint32_t capacity,
			       uint32_t *count, struct tdxdash_error *error)
{
	int32_t result = begin_list(transport, __func__, tdmrs, capacity, count, error);
	const struct module_state *state;

	if (result != TDXDASH_OK)
		return result;
	state = &transport->machine.state;
	*count = state->tdmr_count;
	for (uint32_t i = 0; i < *count && i < capacity; i++)
		tdmrs[i] = (struct tdxdash_tdmr){ state->tdmrs[i].tdmr.base, state->tdmrs[i].tdmr.size,
						  state->initialized_bytes[i] };
	return end_list(transport, error);
}
