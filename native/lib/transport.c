/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash.h: argument checks, and the choice between the two kinds of transport. */
#include "device.h"
#include "field_id.h"
#include "module.h"
#include "profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMR_BASE UINT64_C(0x9000000300000080)
#define CMR_SIZE UINT64_C(0x9000000300000100)
#define ADDRESS_LIMIT (UINT64_C(1) << 52)

struct tdxdash_transport {
	enum tdxdash_kind kind;
	char description[256];
	struct device device;
	struct module module;
};

uint32_t tdxdash_abi_version(void)
{
	return TDXDASH_ABI_VERSION;
}

static int32_t invalid(struct tdxdash_error *error, const char *what)
{
	return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
		    "Correct the program that calls libtdxdash.", "%s", what);
}

static int32_t make(enum tdxdash_kind kind, struct tdxdash_transport **out, struct tdxdash_error *error)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, 0, 0 }, "Free memory and try again.",
			    "There is no memory for a transport.");
	(*out)->kind = kind;
	return TDXDASH_OK;
}

/* An extra field of a profile may sit at the id of a CMR array and be of another shape. */
static bool is_cmr_array(const struct module_field *field, uint64_t id)
{
	return field && field->id == id && field->fields == TDXDASH_MAX_CMRS && field->elements == 1;
}

/* Hands the transport over, or frees it. */
static int32_t finish(int32_t result, struct tdxdash_transport *transport, struct tdxdash_transport **out,
		      struct tdxdash_error *error)
{
	if (result != TDXDASH_OK) {
		free(transport);
		return result;
	}

	*out = transport;
	return succeed(error);
}

int32_t tdxdash_open_device(const char *path, struct tdxdash_transport **out, struct tdxdash_error *error)
{
	struct tdxdash_transport *transport;
	int32_t result;

	if (!path || !out)
		return invalid(error, "tdxdash_open_device needs a path and a place for the transport.");
	*out = NULL;
	result = make(TDXDASH_KIND_DEVICE, &transport, error);
	if (result != TDXDASH_OK)
		return result;
	result = device_open(path, &transport->device, error);
	(void)snprintf(transport->description, sizeof(transport->description), "kernel device %s%s", path,
		       transport->device.emulated ? ", emulated by the kernel module" : "");
	return finish(result, transport, out, error);
}

static int32_t check_cmrs(const struct tdxdash_cmr *cmrs, uint32_t count, struct tdxdash_error *error)
{
	if (count > TDXDASH_MAX_CMRS)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Give fewer, larger ranges.",
			    "%u CMRs are given, but a platform has at most %u.", count, TDXDASH_MAX_CMRS);
	for (uint32_t i = 0; i < count; i++) {
		if (cmrs[i].size == 0 || cmrs[i].base >= ADDRESS_LIMIT || cmrs[i].size > ADDRESS_LIMIT - cmrs[i].base)
			return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
				    "Give ranges of at least one byte below 2^52.",
				    "CMR %u with base 0x%" PRIx64 " and size 0x%" PRIx64 " cannot be.", i,
				    cmrs[i].base, cmrs[i].size);
	}

	return TDXDASH_OK;
}

static int32_t replace_cmrs(struct module *module, const struct tdxdash_cmr *cmrs, uint32_t count,
			    struct tdxdash_error *error)
{
	const struct module_field *bases = module_find(module, CMR_BASE);
	const struct module_field *sizes = module_find(module, CMR_SIZE);

	if (count == 0)
		return TDXDASH_OK;
	if (!is_cmr_array(bases, CMR_BASE) || !is_cmr_array(sizes, CMR_SIZE))
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
			    "Add both fields to the profile, or give no CMRs.",
			    "Profile %s has no CMR_BASE or no CMR_SIZE to put the given CMRs in.", module->name);
	for (uint32_t i = 0; i < TDXDASH_MAX_CMRS; i++) {
		module->values[bases->first_value + i] = i < count ? cmrs[i].base : 0;
		module->values[sizes->first_value + i] = i < count ? cmrs[i].size : 0;
	}

	return TDXDASH_OK;
}

int32_t tdxdash_open_emulated(const char *profile_path, const struct tdxdash_cmr *cmrs, uint32_t cmr_count,
			      struct tdxdash_transport **out, struct tdxdash_error *error)
{
	struct tdxdash_transport *transport;
	int32_t result;

	if (!profile_path || !out || (!cmrs && cmr_count > 0))
		return invalid(error, "tdxdash_open_emulated needs a profile, a place for the transport, and the CMRs it is told of.");
	*out = NULL;
	result = check_cmrs(cmrs, cmr_count, error);
	if (result != TDXDASH_OK)
		return result;
	result = make(TDXDASH_KIND_EMULATED, &transport, error);
	if (result != TDXDASH_OK)
		return result;
	result = profile_read(profile_path, &transport->module, error);
	if (result == TDXDASH_OK)
		result = replace_cmrs(&transport->module, cmrs, cmr_count, error);
	(void)snprintf(transport->description, sizeof(transport->description), "emulated module, profile %s",
		       transport->module.name);
	return finish(result, transport, out, error);
}

int32_t tdxdash_describe(const struct tdxdash_transport *transport, struct tdxdash_info *info,
			 struct tdxdash_error *error)
{
	if (!transport || !info)
		return invalid(error, "tdxdash_describe needs a transport and a place for its description.");
	memset(info, 0, sizeof(*info));
	info->abi_version = TDXDASH_ABI_VERSION;
	info->kind = (uint32_t)transport->kind;
	if (transport->kind == TDXDASH_KIND_EMULATED || transport->device.emulated)
		info->flags = TDXDASH_FLAG_EMULATED;
	memcpy(info->description, transport->description, sizeof(info->description));
	return succeed(error);
}

static int32_t sys_rd(struct tdxdash_transport *transport, struct tdxdash_registers *registers,
		      struct tdxdash_error *error)
{
	if (transport->kind == TDXDASH_KIND_DEVICE)
		return device_sys_rd(&transport->device, registers, error);
	module_sys_rd(&transport->module, registers);
	return succeed(error);
}

static int32_t sys_rdall(struct tdxdash_transport *transport, struct tdxdash_registers *registers, void *page,
			 struct tdxdash_error *error)
{
	if (transport->kind == TDXDASH_KIND_DEVICE)
		return device_sys_rdall(&transport->device, registers, page, error);
	module_sys_rdall(&transport->module, registers, page);
	return succeed(error);
}

int32_t tdxdash_seamcall(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			 void *page, uint64_t page_size, struct tdxdash_error *error)
{
	if (!transport || !registers)
		return invalid(error, "tdxdash_seamcall needs a transport and registers.");
	switch (leaf) {
	case TDXDASH_LEAF_SYS_RD:
		if (page || page_size != 0)
			return invalid(error, "TDH.SYS.RD was not executed: it takes no page.");
		return sys_rd(transport, registers, error);
	case TDXDASH_LEAF_SYS_RDALL:
		if (!page || page_size != TDXDASH_PAGE_SIZE)
			return invalid(error, "TDH.SYS.RDALL was not executed: it needs a page of 4096 bytes.");
		return sys_rdall(transport, registers, page, error);
	default:
		return fail(error, (struct failure){ TDXDASH_LEAF_REFUSED, 0, 0 },
			    "Use TDH.SYS.RD (34) or TDH.SYS.RDALL (37); every other leaf can change state and is refused.",
			    "SEAMCALL leaf 0x%" PRIx64 " was not executed.", leaf);
	}
}

void tdxdash_close(struct tdxdash_transport *transport)
{
	if (!transport)
		return;
	if (transport->kind == TDXDASH_KIND_DEVICE)
		device_close(&transport->device);
	free(transport);
}
