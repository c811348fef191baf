/* SPDX-License-Identifier: MIT */
#include "module_state.h"

#include <string.h>

void module_state_begin(struct module_state *state, const struct module_platform *platform)
{
	memset(state, 0, sizeof(*state));
	state->sys_state = platform->sys_state;
	state->global_lock = platform->global_lock;
	state->initialized_logical_processors = platform->initialized_logical_processors;
	/* A module that TDH.SYS.INIT has not been called for has no initialized processor, whatever the platform says. */
	if (state->sys_state == TDXDASH_SYS_INIT_PENDING || state->sys_state == TDXDASH_SYS_NO_MODULE)
		state->initialized_logical_processors = 0;
	/* It is ready only because every package has its key. */
	if (state->sys_state == TDXDASH_SYS_READY || state->sys_state == TDXDASH_SYS_SHUTDOWN)
		state->keyed_packages = UINT32_MAX;
}

void module_state_restart(struct module_state *state)
{
	uint32_t lock = state->global_lock;

	memset(state, 0, sizeof(*state));
	state->global_lock = lock;
	state->sys_state = TDXDASH_SYS_INIT_PENDING;
}

uint64_t module_state_tdmr_bytes(const struct module_state *state)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < state->tdmr_count; i++)
		bytes += state->tdmrs[i].tdmr.size;
	return bytes;
}

uint64_t module_state_initialized_bytes(const struct module_state *state)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < state->tdmr_count; i++)
		bytes += state->initialized_bytes[i];
	return bytes;
}
