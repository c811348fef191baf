/* SPDX-License-Identifier: MIT */
/* The lines of a profile that say what the platform is, and where the module's life begins. */
#include "profile.h"

/* A last private KeyID of 0 stands for the largest KeyID. */
const struct module_platform PROFILE_USUAL_PLATFORM = {
	.max_pa_bits = 52,
	.keyid_start_bit = 46,
	.keyid_bits = 6,
	.first_private_keyid = 32,
	.logical_processors = 1,
	.initialized_logical_processors = 1,
	.sys_state = TDXDASH_SYS_INIT_DONE,
	.max_updates = 16,
};

bool profile_numbers(struct span rest, uint64_t *numbers, size_t count)
{
	struct span word;

	for (size_t i = 0; i < count; i++) {
		if (!take_word(&rest, &word) || !parse_number(word, &numbers[i]))
			return false;
	}

	return !take_word(&rest, &word);
}

/* Numbers that the platform keeps in 32 bits. */
static bool take_small(struct span rest, uint32_t *numbers, size_t count)
{
	uint64_t wide[3];

	if (!profile_numbers(rest, wide, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (wide[i] > UINT32_MAX)
			return false;
		numbers[i] = (uint32_t)wide[i];
	}

	return true;
}

int32_t profile_max_pa(const struct profile_place *place, struct span rest, struct module *module)
{
	if (!take_small(rest, &module->platform.max_pa_bits, 1) || !platform_has_address_width(&module->platform))
		return profile_fail(place, "Write: max-pa BITS, with 36 to 52 bits",
				    "the width of physical addresses is not valid.");
	return TDXDASH_OK;
}

int32_t profile_keyids(const struct profile_place *place, struct span rest, struct module *module)
{
	struct module_platform *platform = &module->platform;
	uint32_t n[3] = { 0 };
	bool taken = take_small(rest, n, 3);

	platform->keyid_start_bit = n[0];
	platform->keyid_bits = n[1];
	platform->first_private_keyid = n[2];
	if (!taken || !platform_has_keyids(platform))
		return profile_fail(place, "Write: keyids FIRST_BIT BITS FIRST_PRIVATE, inside 52 address bits",
				    "the KeyIDs are not valid.");
	return TDXDASH_OK;
}

/* Whether it is inside the KeyIDs is known at the end, because the line with those may follow. */
int32_t profile_last_private_keyid(const struct profile_place *place, struct span rest, struct module *module)
{
	if (!take_small(rest, &module->platform.last_private_keyid, 1) || module->platform.last_private_keyid == 0)
		return profile_fail(place, "Write: last-private-keyid KEYID", "the last private KeyID is not valid.");
	return TDXDASH_OK;
}

int32_t profile_seamrr(const struct profile_place *place, struct span rest, struct module *module)
{
	uint64_t n[2];

	if (!profile_numbers(rest, n, 2) || !is_address_range(n[0], n[1]))
		return profile_fail(place, "Write: seamrr BASE SIZE, in bytes below 2^52",
				    "the SEAM range is not valid.");
	module->platform.seamrr_base = n[0];
	module->platform.seamrr_size = n[1];
	return TDXDASH_OK;
}

int32_t profile_processors(const struct profile_place *place, struct span rest, struct module *module)
{
	uint32_t n[2];

	if (!take_small(rest, n, 2) || n[0] == 0 || n[0] > TDXDASH_MAX_PROCESSORS || n[1] > n[0])
		return profile_fail(place, "Write: processors COUNT INITIALIZED, with 1 to 8192 and no more initialized",
				    "the logical processors are not valid.");
	module->platform.logical_processors = n[0];
	module->platform.initialized_logical_processors = n[1];
	return TDXDASH_OK;
}

/* Finds the only word of a line among some. */
static bool take_choice(struct span rest, const char *const *choices, uint32_t count, uint32_t *chosen)
{
	struct span word;
	struct span more;

	if (!take_word(&rest, &word) || take_word(&rest, &more))
		return false;
	for (*chosen = 0; *chosen < count; (*chosen)++) {
		if (span_equals(word, choices[*chosen]))
			return true;
	}

	return false;
}

int32_t profile_sys_state(const struct profile_place *place, struct span rest, struct module *module)
{
	static const char *const states[] = { "init-pending", "init-done", "config-done", "ready", "shutdown",
					      "no-module" };

	if (!take_choice(rest, states, 6, &module->platform.sys_state))
		return profile_fail(place, "Write: sys-state no-module, init-pending, init-done, config-done, ready or shutdown",
				    "the module's state is not valid.");
	return TDXDASH_OK;
}

int32_t profile_global_lock(const struct profile_place *place, struct span rest, struct module *module)
{
	static const char *const choices[] = { "free", "held" };

	if (!take_choice(rest, choices, 2, &module->platform.global_lock))
		return profile_fail(place, "Write: global-lock free or global-lock held",
				    "the state of the global lock is not valid.");
	return TDXDASH_OK;
}

int32_t profile_packages(const struct profile_place *place, struct span rest, struct module *module)
{
	if (!take_small(rest, &module->platform.packages, 1) || module->platform.packages == 0 ||
	    module->platform.packages > TDXDASH_MAX_PACKAGES)
		return profile_fail(place, "Write: packages COUNT, with 1 to 8 packages", "the packages are not valid.");
	return TDXDASH_OK;
}

int32_t profile_max_updates(const struct profile_place *place, struct span rest, struct module *module)
{
	if (!take_small(rest, &module->platform.max_updates, 1))
		return profile_fail(place, "Write: max-updates COUNT", "the number of updates is not valid.");
	return TDXDASH_OK;
}

int32_t profile_finish_platform(const struct profile_place *place, struct module *module)
{
	struct module_platform *platform = &module->platform;

	if (platform->last_private_keyid == 0)
		platform->last_private_keyid = platform_max_keyid(platform);
	if (!platform_has_last_private_keyid(platform))
		return profile_fail(place, "Give a last-private-keyid from the first private KeyID up, inside the KeyID bits.",
				    "KeyID %u cannot be the last private one.", platform->last_private_keyid);
	if (platform->packages > platform->logical_processors)
		return profile_fail(place, "Give at least as many processors as packages.",
				    "%u packages cannot have %u processors.", platform->packages,
				    platform->logical_processors);
	return TDXDASH_OK;
}
