/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include "status.h"

#include <inttypes.h>
#include <string.h>

#define CERTAIN 1000u

/* Which leaves can meet which fault. */
static bool can_strike(uint32_t kind, uint64_t leaf)
{
	switch (kind) {
	case TDXDASH_FAULT_ENTROPY:
		return leaf == TDXDASH_LEAF_SYS_INIT || leaf == TDXDASH_LEAF_SYS_LP_INIT ||
		       leaf == TDXDASH_LEAF_SYS_KEY_CONFIG || leaf == TDXDASH_LEAF_SEAMLDR_INSTALL;
	case TDXDASH_FAULT_BUSY:
		return leaf == TDXDASH_LEAF_SYS_INIT || leaf == TDXDASH_LEAF_SYS_LP_INIT ||
		       leaf == TDXDASH_LEAF_SYS_CONFIG || leaf == TDXDASH_LEAF_SYS_KEY_CONFIG ||
		       leaf == TDXDASH_LEAF_SYS_TDMR_INIT || leaf == TDXDASH_LEAF_SYS_SHUTDOWN ||
		       leaf == TDXDASH_LEAF_SYS_UPDATE;
	case TDXDASH_FAULT_KEY:
		return leaf == TDXDASH_LEAF_SYS_KEY_CONFIG;
	case TDXDASH_FAULT_PLATFORM:
		return leaf == TDXDASH_LEAF_SYS_INIT || leaf == TDXDASH_LEAF_SYS_LP_INIT;
	case TDXDASH_FAULT_IMAGE:
		return leaf == TDXDASH_LEAF_SEAMLDR_INSTALL;
	case TDXDASH_FAULT_HANDOFF:
		return leaf == TDXDASH_LEAF_SYS_UPDATE;
	default:
		return false;
	}
}

static bool takes_status(uint32_t kind, uint64_t status)
{
	if (kind == TDXDASH_FAULT_PLATFORM)
		return status >> 63 && status_class(status) == STATUS_CLASS_PLATFORM;
	if (kind == TDXDASH_FAULT_IMAGE)
		return status == SEAMLDR_EBADSIG || status == SEAMLDR_EBADHASH || status == SEAMLDR_ENOMEM ||
		       status == SEAMLDR_EUNSUPCPU;
	return status == 0;
}

/* What is wrong with a fault, or null. */
static const char *find_mistake(const struct tdxdash_fault *fault)
{
	if (fault->kind < TDXDASH_FAULT_ENTROPY || fault->kind > TDXDASH_FAULT_HANDOFF)
		return "its kind is not known";
	if (fault->leaf == 0 && fault->kind == TDXDASH_FAULT_PLATFORM)
		return "a fault of the platform needs TDH.SYS.INIT or TDH.SYS.LP.INIT as its leaf";
	if (fault->leaf != 0 && !can_strike(fault->kind, fault->leaf))
		return "its leaf cannot meet it";
	if (fault->target != TDXDASH_ANY && (fault->kind == TDXDASH_FAULT_IMAGE || fault->kind == TDXDASH_FAULT_HANDOFF))
		return "it concerns no processor and no package, so its target must be TDXDASH_ANY";
	if (!takes_status(fault->kind, fault->status))
		return "its status is not one that the leaf gives for it";
	if (fault->permille == 0 || fault->permille > CERTAIN)
		return "permille is not in 1 to 1000";
	return fault->reserved == 0 ? NULL : "its reserved member is not 0";
}

int32_t faults_order(struct faults *faults, uint64_t seed, const struct tdxdash_fault *fault, uint32_t count,
		     struct tdxdash_error *error)
{
	if (count > TDXDASH_MAX_FAULTS)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Order fewer faults.",
			    "%u faults are ordered, but there may be at most %u.", count, TDXDASH_MAX_FAULTS);
	for (uint32_t i = 0; i < count; i++) {
		const char *mistake = find_mistake(&fault[i]);

		if (mistake)
			return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 },
				    "Correct the fault; tdxdash.h says what each member may be.",
				    "Fault %u cannot be: %s (kind %u, leaf 0x%" PRIx64 ", status 0x%" PRIx64 ").", i,
				    mistake, fault[i].kind, fault[i].leaf, fault[i].status);
	}

	memset(faults, 0, sizeof(*faults));
	faults->random = seed;
	faults->count = count;
	for (uint32_t i = 0; i < count; i++)
		faults->ordered[i].fault = fault[i];
	return TDXDASH_OK;
}

/* SplitMix64 (Steele, Lea and Flood, 2014): every seed is a good one. */
static uint64_t draw(struct faults *faults)
{
	uint64_t z = faults->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static bool concerns(const struct tdxdash_fault *fault, enum tdxdash_fault_kind kind, uint64_t leaf, uint32_t target)
{
	if (fault->kind != (uint32_t)kind || (fault->target != TDXDASH_ANY && fault->target != target))
		return false;
	return fault->leaf == leaf || (fault->leaf == 0 && can_strike(fault->kind, leaf));
}

bool faults_strike(struct faults *faults, enum tdxdash_fault_kind kind, uint64_t leaf, uint32_t target,
		   uint64_t *status)
{
	for (uint32_t i = 0; i < faults->count; i++) {
		struct ordered_fault *ordered = &faults->ordered[i];
		const struct tdxdash_fault *fault = &ordered->fault;

		if (!concerns(fault, kind, leaf, target) || ordered->met++ < fault->skip)
			continue;
		if (fault->times != 0 && ordered->struck >= fault->times)
			continue;
		if (fault->permille < CERTAIN && draw(faults) % CERTAIN >= fault->permille)
			continue;
		ordered->struck++;
		faults->struck++;
		*status = fault->status;
		return true;
	}

	return false;
}
