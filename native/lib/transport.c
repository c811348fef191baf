/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash.h: argument checks, and the choice between the kinds of transport. */
#include "transport.h"

#include "cmrs.h"
#include "profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t tdxdash_abi_version(void)
{
	return TDXDASH_ABI_VERSION;
}

int32_t invalid_argument(struct tdxdash_error *error, const char *what)
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
	(void)pthread_mutex_init(&(*out)->lock, NULL);
	return TDXDASH_OK;
}

static void release(struct tdxdash_transport *transport)
{
	machine_clear(&transport->machine);
	recorded_clear(&transport->recorded);
	(void)pthread_mutex_destroy(&transport->lock);
	free(transport);
}

/* Hands the transport over, or frees it. */
static int32_t finish(int32_t result, struct tdxdash_transport *transport, struct tdxdash_transport **out,
		      struct tdxdash_error *error)
{
	if (result != TDXDASH_OK) {
		release(transport);
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
		return invalid_argument(error, "tdxdash_open_device needs a path and a place for the transport.");
	*out = NULL;
	result = make(TDXDASH_KIND_DEVICE, &transport, error);
	if (result != TDXDASH_OK)
		return result;
	result = device_open(path, &transport->device, error);
	transport->flags = transport->device.emulated ? TDXDASH_FLAG_EMULATED : 0;
	(void)snprintf(transport->description, sizeof(transport->description), "kernel device %s%s", path,
		       transport->device.emulated ? ", emulated by the kernel module" : "");
	return finish(result, transport, out, error);
}

int32_t tdxdash_open_emulated(const char *profile_path, const struct tdxdash_cmr *cmrs, uint32_t cmr_count,
			      struct tdxdash_transport **out, struct tdxdash_error *error)
{
	struct tdxdash_transport *transport;
	int32_t result;

	if (!profile_path || !out || (!cmrs && cmr_count > 0))
		return invalid_argument(error, "tdxdash_open_emulated needs a profile, a place for the transport, and the CMRs it is told of.");
	*out = NULL;
	result = check_cmrs(cmrs, cmr_count, false, error);
	if (result != TDXDASH_OK)
		return result;
	result = make(TDXDASH_KIND_EMULATED, &transport, error);
	if (result != TDXDASH_OK)
		return result;
	transport->flags = TDXDASH_FLAG_EMULATED;
	result = profile_read(profile_path, &transport->machine.module, error);
	if (result == TDXDASH_OK && cmr_count > 0)
		result = replace_cmrs(&transport->machine.module, cmrs, cmr_count, error);
	if (result == TDXDASH_OK)
		result = machine_begin(&transport->machine, error);
	(void)snprintf(transport->description, sizeof(transport->description), "emulated module, profile %s",
		       transport->machine.module.name);
	return finish(result, transport, out, error);
}

int32_t tdxdash_open_recorded(const struct tdxdash_recording *recording, struct tdxdash_transport **out,
			      struct tdxdash_error *error)
{
	struct tdxdash_transport *transport;
	int32_t result;

	if (!recording || !recording->description || !out || (recording->flags & ~TDXDASH_FLAG_EMULATED))
		return invalid_argument(error, "tdxdash_open_recorded needs a recording with a description and known flags, and a place for the transport.");
	*out = NULL;
	result = make(TDXDASH_KIND_RECORDED, &transport, error);
	if (result != TDXDASH_OK)
		return result;
	transport->flags = recording->flags;
	result = recorded_open(recording, &transport->recorded, error);
	(void)snprintf(transport->description, sizeof(transport->description), "%s", recording->description);
	return finish(result, transport, out, error);
}

int32_t tdxdash_describe(const struct tdxdash_transport *transport, struct tdxdash_info *info,
			 struct tdxdash_error *error)
{
	if (!transport || !info)
		return invalid_argument(error, "tdxdash_describe needs a transport and a place for its description.");
	memset(info, 0, sizeof(*info));
	info->abi_version = TDXDASH_ABI_VERSION;
	info->kind = (uint32_t)transport->kind;
	info->flags = transport->flags;
	memcpy(info->description, transport->description, sizeof(info->description));
	return succeed(error);
}

static int32_t check_page(uint64_t leaf, const void *page, uint64_t page_size, struct tdxdash_error *error)
{
	const struct failure wrong = { TDXDASH_INVALID_ARGUMENT, 0, 0 };
	const char *remedy = "Correct the program that calls libtdxdash.";

	if (leaf == TDXDASH_LEAF_SYS_RDALL && (!page || page_size != TDXDASH_PAGE_SIZE))
		return fail(error, wrong, remedy, "%s was not executed: it needs a page of 4096 bytes.", leaf_name(leaf));
	if (leaf != TDXDASH_LEAF_SYS_RDALL && (page || page_size != 0))
		return fail(error, wrong, remedy, "%s was not executed: it takes no page.", leaf_name(leaf));
	return TDXDASH_OK;
}

/* The allow-list: what is not on it goes no further, least of all to a device. */
static int32_t check_leaf(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_error *error)
{
	if (leaf == TDXDASH_LEAF_SYS_RD || leaf == TDXDASH_LEAF_SYS_RDALL)
		return TDXDASH_OK;
	if (transport->kind == TDXDASH_KIND_EMULATED && is_emulated_leaf(leaf)) {
		if (emulated_allows_state_changes(transport))
			return TDXDASH_OK;
		return fail(error, (struct failure){ TDXDASH_LEAF_REFUSED, 0, 0 },
			    "Call tdxdash_emulated_allow_state_changes first.",
			    "SEAMCALL leaf 0x%" PRIx64 ", %s, was not executed: it changes state.", leaf,
			    leaf_name(leaf));
	}

	return fail(error, (struct failure){ TDXDASH_LEAF_REFUSED, 0, 0 },
		    "Use TDH.SYS.RD (34) or TDH.SYS.RDALL (37); every other leaf can change state and is refused.",
		    "SEAMCALL leaf 0x%" PRIx64 " was not executed.", leaf);
}

static int32_t call_recorded(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			     void *page, struct tdxdash_error *error)
{
	int32_t result;

	(void)pthread_mutex_lock(&transport->lock);
	result = recorded_answer(&transport->recorded, leaf, registers, page, error);
	(void)pthread_mutex_unlock(&transport->lock);
	return result;
}

int32_t tdxdash_seamcall(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			 void *page, uint64_t page_size, struct tdxdash_error *error)
{
	int32_t result;

	if (!transport || !registers)
		return invalid_argument(error, "tdxdash_seamcall needs a transport and registers.");
	result = check_leaf(transport, leaf, error);
	if (result != TDXDASH_OK)
		return result;
	result = check_page(leaf, page, page_size, error);
	if (result != TDXDASH_OK)
		return result;
	if (transport->kind == TDXDASH_KIND_EMULATED)
		return emulated_seamcall(transport, leaf, registers, page, error);
	if (transport->kind == TDXDASH_KIND_RECORDED)
		return call_recorded(transport, leaf, registers, page, error);
	return leaf == TDXDASH_LEAF_SYS_RD ? device_sys_rd(&transport->device, registers, error) :
					     device_sys_rdall(&transport->device, registers, page, error);
}

void tdxdash_close(struct tdxdash_transport *transport)
{
	if (!transport)
		return;
	if (transport->kind == TDXDASH_KIND_DEVICE)
		device_close(&transport->device);
	release(transport);
}
