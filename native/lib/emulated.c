/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash_emulated.h that set something up. */
#include "transport.h"

#include "cmrs.h"
#include "packages.h"
#include "profile.h"
#include "seamldr_params.h"

#include <stdlib.h>

int32_t need_emulated(const struct tdxdash_transport *transport, const char *function, struct tdxdash_error *error)
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

bool is_emulated_leaf(uint64_t leaf)
{
	return leaf == TDXDASH_LEAF_SYS_INIT || leaf == TDXDASH_LEAF_SYS_LP_INIT || leaf == TDXDASH_LEAF_SYS_CONFIG ||
	       leaf == TDXDASH_LEAF_SYS_KEY_CONFIG || leaf == TDXDASH_LEAF_SYS_TDMR_INIT ||
	       leaf == TDXDASH_LEAF_SYS_LP_SHUTDOWN || leaf == TDXDASH_LEAF_SYS_SHUTDOWN ||
	       leaf == TDXDASH_LEAF_SYS_UPDATE || leaf == TDXDASH_LEAF_SEAMLDR_INSTALL;
}

int32_t emulated_seamcall(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			  void *page, struct tdxdash_error *error)
{
	int32_t result;

	(void)pthread_mutex_lock(&transport->lock);
	result = machine_call(&transport->machine, leaf, registers, page, error);
	(void)pthread_mutex_unlock(&transport->lock);
	return result;
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
	if (platform->logical_processors > TDXDASH_MAX_PROCESSORS)
		return "it has more than 8192 logical processors";
	if (platform->packages > TDXDASH_MAX_PACKAGES || platform->packages > platform->logical_processors)
		return "it has more than 8 packages, or more packages than logical processors";
	return platform->sys_state > TDXDASH_SYS_NO_MODULE ? "sys_state is not a state" : NULL;
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
		.packages = from->packages,
		.max_updates = from->max_updates,
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
	result = replace_cmrs(&transport->machine.module, platform->cmrs, platform->cmr_count, error);
	if (result == TDXDASH_OK) {
		transport->machine.module.platform = taken;
		if (taken.packages > 0)
			replace_packages(&transport->machine.module, taken.packages);
		result = machine_begin(&transport->machine, error);
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
	result = memory_write(&transport->machine.memory, address, bytes, size, error);
	transport->machine.revision++;
	(void)pthread_mutex_unlock(&transport->lock);
	return result == TDXDASH_OK ? succeed(error) : result;
}

int32_t tdxdash_emulated_set_cpu(struct tdxdash_transport *transport, uint32_t cpu, struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);
	uint32_t count;

	if (result != TDXDASH_OK)
		return result;
	(void)pthread_mutex_lock(&transport->lock);
	count = transport->machine.processor_count;
	if (cpu < count)
		transport->machine.cpu = cpu;
	(void)pthread_mutex_unlock(&transport->lock);
	if (cpu < count)
		return succeed(error);
	return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Choose a processor that there is.",
		    "There is no processor %u: the emulated platform has %u, counted from 0.", cpu, count);
}

/* Makes an image speak of this platform, and takes it over; image is null or taken over where this succeeds. */
static int32_t stage(struct machine *machine, struct module **image, uint32_t scenario, uint64_t address,
		     struct tdxdash_error *error)
{
	unsigned char params[SEAMLDR_PARAMS_SIZE];
	struct tdxdash_cmr cmrs[TDXDASH_MAX_CMRS] = { 0 };
	struct cmr_slots slots = cmr_slots_of(&machine->module);
	int32_t result;

	for (uint32_t i = 0; i < slots.count; i++)
		cmrs[i] = (struct tdxdash_cmr){ slots.bases[i], slots.sizes[i] };
	result = replace_cmrs(*image, cmrs, slots.count, error);
	if (result != TDXDASH_OK)
		return result;
	copy_packages(*image, &machine->module);
	seamldr_params_make(address, scenario, params);
	result = memory_write(&machine->memory, address, params, sizeof(params), error);
	if (result != TDXDASH_OK)
		return result;
	free(machine->seamldr.image);
	machine->seamldr.image = *image;
	machine->revision++;
	*image = NULL;
	return TDXDASH_OK;
}

int32_t tdxdash_emulated_stage(struct tdxdash_transport *transport, const char *profile_path, uint32_t scenario,
			       uint64_t address, struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);
	struct module *image;

	if (result != TDXDASH_OK)
		return result;
	if (!profile_path || scenario > TDXDASH_SCENARIO_UPDATE || address % SEAMLDR_PARAMS_SIZE)
		return invalid_argument(error, "tdxdash_emulated_stage needs a profile, a scenario, and an address that is a multiple of 4096.");
	image = calloc(1, sizeof(*image));
	if (!image)
		return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, 0, 0 }, "Free memory and try again.",
			    "There is no memory for a module image.");
	result = profile_read(profile_path, image, error);
	if (result == TDXDASH_OK) {
		(void)pthread_mutex_lock(&transport->lock);
		result = stage(&transport->machine, &image, scenario, address, error);
		(void)pthread_mutex_unlock(&transport->lock);
	}

	free(image);
	return result == TDXDASH_OK ? succeed(error) : result;
}

int32_t tdxdash_emulated_inject(struct tdxdash_transport *transport, uint64_t seed, const struct tdxdash_fault *faults,
				uint32_t count, struct tdxdash_error *error)
{
	int32_t result = need_emulated(transport, __func__, error);

	if (result != TDXDASH_OK)
		return result;
	if (!faults && count > 0)
		return invalid_argument(error, "tdxdash_emulated_inject needs the faults that it is told of.");
	(void)pthread_mutex_lock(&transport->lock);
	result = faults_order(&transport->machine.faults, seed, faults, count, error);
	transport->machine.revision += result == TDXDASH_OK;
	(void)pthread_mutex_unlock(&transport->lock);
	return result == TDXDASH_OK ? succeed(error) : result;
}
