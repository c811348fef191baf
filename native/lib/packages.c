/* SPDX-License-Identifier: MIT */
#include "packages.h"

#include <string.h>

#define NUM_PKGS UINT64_C(0x0000000200000000)
#define PKG_FMS UINT64_C(0x0000000200000001)

/* An extra field of a profile may sit at either id and be of another shape. */
static const struct module_field *find(const struct module *module, uint64_t id, uint32_t fields)
{
	const struct module_field *field = module_find(module, id);

	return field && field->id == id && field->fields == fields && field->elements == 1 ? field : NULL;
}

uint32_t packages_of(const struct module *module)
{
	const struct module_field *number = find(module, NUM_PKGS, 1);
	uint64_t packages = module->platform.packages;
	uint32_t processors = module->platform.logical_processors;

	if (packages == 0 && number)
		packages = module->values[number->first_value];
	if (packages == 0)
		packages = 1;
	if (packages > TDXDASH_MAX_PACKAGES)
		packages = TDXDASH_MAX_PACKAGES;
	return packages < processors ? (uint32_t)packages : processors;
}

void replace_packages(struct module *module, uint32_t count)
{
	const struct module_field *number = find(module, NUM_PKGS, 1);
	const struct module_field *fms = find(module, PKG_FMS, TDXDASH_MAX_PACKAGES);

	if (number)
		module->values[number->first_value] = count;
	for (uint32_t i = 1; fms && i < TDXDASH_MAX_PACKAGES; i++)
		module->values[fms->first_value + i] = i < count ? module->values[fms->first_value] : 0;
}

void copy_packages(struct module *to, const struct module *from)
{
	const struct module_field *number = find(to, NUM_PKGS, 1);
	const struct module_field *fms = find(to, PKG_FMS, TDXDASH_MAX_PACKAGES);
	const struct module_field *old_number = find(from, NUM_PKGS, 1);
	const struct module_field *old_fms = find(from, PKG_FMS, TDXDASH_MAX_PACKAGES);

	if (number && old_number)
		to->values[number->first_value] = from->values[old_number->first_value];
	if (fms && old_fms)
		memcpy(&to->values[fms->first_value], &from->values[old_fms->first_value],
		       TDXDASH_MAX_PACKAGES * sizeof(to->values[0]));
}
