/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash.h that are for an emulated module alone. */
#include "transport.h"

#include "cmrs.h"

static int32_t need_emulated(const struct tdxdash_transport *transport, const char *function,
			     struct tdxdash_error *error)
{
	if (transport && transport->kind == TDXDASH_KIND_EMULATED)
		return TDXDASH_OK;
	if (!transport)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
			    "Correct the program that calls libtdxdash.", "%s needs a transport.", function);
	return fail(error, (struct failure){ TDXDASH_NOT_EMULATED, 0, 0 }, "Open an emulated module.",
		    "%s is for an emulated module, and this is the %s.", function, transport->description);
}

bool emulated_allows_state_changes(struct tdxdash_transport *transport)
{
	bool allowed;

	(void)pthread_mutex_lock(&transport->lock);
	allowed = transport->state_changes_allowed;
	(void)pthread_mutex_unlock(&transport->lock);
	return allowed;
}

int32_t emulated_seamcall(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			  void *page, struct tdxdash_error *error)
{
	(void)pthread_mutex_lock(&transport->lock);
	if (leaf == TDXDASH_LEAF_SYS_RD)
		module_sys_rd(&transport->module, registers);
	else if (leaf == TDXDASH_LEAF_SYS_RDALL)
		module_sys_rdall(&transport->module, registers, page);
	else
		module_sys_config(&transport->module, &transport->memory, &transport->state, registers);
	(void)pthread_mutex_unlock(&transport->lock);
	return succeed(error);
}

int32_t tdxdash_emulated_allow_state_changes(struct tdxdash_transport *transport, struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);

	if (result != TDXDASH_OK)
		return result;
	(void)pthread_mutex_lock(&transport->lock);
	transport->state_changes_allowed = true;
	(void)pthread_mutex_unlock(&transport->lock);
	return succeed(error);
}

/* What is wrong with a platform, or null. */
static const char *find_fault(const struct module_platform *platform)
{
	if (!platform_has_address_width(platform))
		return "max_pa_bits is not in 36 to 52";
	if (!platform_has_keyids(platform))
		return "the KeyIDs are not inside 52 address bits";
	if (!platform_has_last_private_keyid(platform))
		return "last_private_keyid is not a private KeyID";
	if (!is_address_range(platform->seamrr_base, platform->seamrr_size))
		return "the SEAM range does not lie below 2^52";
	if (platform->logical_processors == 0)
		return "it has no logical processor";
	return platform->sys_state > TDXDASH_SYS_SHUTDOWN ? "sys_state is not a state" : NULL;
}

static struct module_platform take_platform(const struct tdxdash_platform *from)
{
	return (struct module_platform){
		.max_pa_bits = from->max_pa_bits,
		.keyid_start_bit = from->keyid_start_bit,
		.keyid_bits = from->keyid_bits,
		.first_private_keyid = from->first_private_keyid,
		.last_private_keyid = from->last_private_keyid,
		.logical_processors = from->logical_processors,
		.initialized_logical_processors = from->initialized_logical_processors,
		.sys_state = from->sys_state,
		.global_lock = from->global_lock,
		.seamrr_base = from->seamrr_base,
		.seamrr_size = from->seamrr_size,
	};
}

int32_t tdxdash_emulated_configure(struct tdxdash_transport *transport, const struct tdxdash_platform *platform,
				   struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);
	struct module_platform taken;
	const char *fault;

	if (result != TDXDASH_OK)
		return result;
	if (!platform)
		return invalid_argument(error, "tdxdash_emulated_configure needs a platform.");
	taken = take_platform(platform);
	fault = find_fault(&taken);
	if (fault)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
			    "Correct the platform; tdxdash.h says what each member may be.",
			    "The emulated platform cannot be: %s.", fault);
	result = check_cmrs(platform->cmrs, platform->cmr_count, true, error);
	if (result != TDXDASH_OK)
		return result;
	(void)pthread_mutex_lock(&transport->lock);
	result = replace_cmrs(&transport->module, platform->cmrs, platform->cmr_count, error);
	if (result == TDXDASH_OK) {
		transport->module.platform = taken;
		module_state_begin(&transport->state, &taken);
		memory_clear(&transport->memory);
	}

	(void)pthread_mutex_unlock(&transport->lock);
	return result == TDXDASH_OK ? succeed(error) : result;
}

int32_t tdxdash_emulated_write(struct tdxdash_transport *transport, uint64_t address, const void *bytes, uint64_t size,
			       struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);

	if (result != TDXDASH_OK)
		return result;
	if (!bytes || size == 0)
		return invalid_argument(error, "tdxdash_emulated_write needs bytes to write.");
	(void)pthread_mutex_lock(&transport->lock);
	result = memory_write(&transport->memory, address, bytes, size, error);
	(void)pthread_mutex_unlock(&transport->lock);
	return result == TDXDASH_OK ? succeed(error) : result;
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
	*state = (struct tdxdash_module_state){
		.sys_state = transport->state.sys_state,
		.global_private_keyid = transport->state.global_private_keyid,
		.tdmr_count = transport->state.tdmr_count,
		.page_count = transport->memory.page_count,
	};
	(void)pthread_mutex_unlock(&transport->lock);
	return succeed(error);
}
