/* SPDX-License-Identifier: MIT */
#include "cmrs.h"

#include <inttypes.h>

#define CMR_BASE UINT64_C(0x9000000300000080)
#define CMR_SIZE UINT64_C(0x9000000300000100)

/* An extra field of a profile may sit at the id of a CMR array and be of another shape. */
static const struct module_field *find_array(const struct module *module, uint64_t id)
{
	const struct module_field *field = module_find(module, id);

	return field && field->id == id && field->fields == TDXDASH_MAX_CMRS && field->elements == 1 ? field : NULL;
}

struct cmr_slots cmr_slots_of(const struct module *module)
{
	const struct module_field *bases = find_array(module, CMR_BASE);
	const struct module_field *sizes = find_array(module, CMR_SIZE);

	if (!bases || !sizes)
		return (struct cmr_slots){ NULL, NULL, 0 };
	return (struct cmr_slots){ module->values + bases->first_value, module->values + sizes->first_value,
				   TDXDASH_MAX_CMRS };
}

int32_t check_cmrs(const struct tdxdash_cmr *cmrs, uint32_t count, bool may_be_empty, struct tdxdash_error *error)
{
	if (count > TDXDASH_MAX_CMRS)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Give fewer, larger ranges.",
			    "%u CMRs are given, but a platform has at most %u.", count, TDXDASH_MAX_CMRS);
	for (uint32_t i = 0; i < count; i++) {
		if ((cmrs[i].size == 0 && !may_be_empty) || !is_address_range(cmrs[i].base, cmrs[i].size))
			return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
				    may_be_empty ? "Give ranges below 2^52." :
						   "Give ranges of at least one byte below 2^52.",
				    "CMR %u with base 0x%" PRIx64 " and size 0x%" PRIx64 " cannot be.", i,
				    cmrs[i].base, cmrs[i].size);
	}

	return TDXDASH_OK;
}

int32_t replace_cmrs(struct module *module, const struct tdxdash_cmr *cmrs, uint32_t count,
		     struct tdxdash_error *error)
{
	const struct module_field *bases = find_array(module, CMR_BASE);
	const struct module_field *sizes = find_array(module, CMR_SIZE);

	if ((!bases || !sizes) && count == 0)
		return TDXDASH_OK;
	if (!bases || !sizes)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
			    "Add both fields to the profile, or give no CMRs.",
			    "Profile %s has no CMR_BASE or no CMR_SIZE to put the given CMRs in.", module->name);
	for (uint32_t i = 0; i < TDXDASH_MAX_CMRS; i++) {
		module->values[bases->first_value + i] = i < count ? cmrs[i].base : 0;
		module->values[sizes->first_value + i] = i < count ? cmrs[i].size : 0;
	}

	return TDXDASH_OK;
}
